package dev.falcoresponse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A packaged function as its users run it: a process of its own, set by its environment. */
public final class FunctionProcess implements AutoCloseable {
    /** Settings of one that acts, without a budget. */
    public static final Map<String, String> ACTING =
            Map.of("RESPONSE_DRY_RUN", "false", "RESPONSE_BUDGET", "unlimited");

    private static final String PORT = "QUARKUS_HTTP_PORT";
    private static final String APP = "quarkus-app";
    private static final String RUN = "quarkus-run.jar";
    private static final String CACHE = "app.aot";

    private final ChildProcess process;
    private final URI uri;

    private FunctionProcess(ChildProcess process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /**
     * Starts a function and waits until it answers its liveness probe.
     *
     * @throws StartException when it does not
     */
    public static FunctionProcess start(Path target, KubeAccess kubernetes, Map<String, String> settings) {
        return launch(target, Optional.of(kubernetes), settings).awaitLife();
    }

    /** How a function is packaged. */
    public enum Packaging {
        /** A binary of its own, from GraalVM. */
        NATIVE,
        /** Jars, and classes that the JVM loaded and linked before. */
        AOT_CACHE,
        /** Jars. */
        JVM;

        /** Whether the build has made it. */
        public boolean isIn(Path target) {
            return switch (this) {
                // one that is older than the jars is of another build
                case NATIVE ->
                    binary(target)
                            .filter(binary -> !JVM.isIn(target)
                                    || isNewer(binary, target.resolve(APP).resolve(RUN)))
                            .isPresent();
                case AOT_CACHE -> Files.exists(target.resolve(APP).resolve(CACHE));
                case JVM -> Files.exists(target.resolve(APP).resolve(RUN));
            };
        }

        /** The fastest that there is. */
        public static Packaging best(Path target) {
            return Arrays.stream(values())
                    .filter(packaging -> packaging.isIn(target))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Nothing has been built in " + target));
        }

        private Command in(Path target) {
            Path app = target.resolve(APP);
            // so that whoever looks at the processes can tell them apart
            String name = "-Dfunction=" + target.toAbsolutePath().normalize();
            return switch (this) {
                case NATIVE -> new Command(List.of(binary(target).orElseThrow().toString()), target);
                case AOT_CACHE -> new Command(java(List.of(name, "-XX:AOTCache=" + CACHE)), app);
                case JVM -> new Command(java(List.of(name)), app);
            };
        }
    }

    /** The same, packaged in one way, and without waiting for anything. */
    public static FunctionProcess launch(
            Path target, Packaging packaging, KubeAccess kubernetes, Map<String, String> settings) {
        return launch(packaging.in(target), Optional.of(kubernetes), settings);
    }

    /** The same for the cluster that its settings lead to. */
    public static FunctionProcess launch(Path target, Packaging packaging, Map<String, String> settings) {
        return launch(packaging.in(target), Optional.empty(), settings);
    }

    /** The same for the cluster of the current kubeconfig context. */
    public static FunctionProcess start(Path target, Map<String, String> settings) {
        return launch(target, Optional.empty(), settings).awaitLife();
    }

    /**
     * Starts a function that is expected not to come up.
     *
     * @return what it wrote to standard error before it ended
     */
    public static String failToStart(Path target, KubeAccess kubernetes, Map<String, String> settings) {
        try (FunctionProcess started = launch(target, Optional.of(kubernetes), settings)) {
            if (started.process.awaitEnd() == 0) {
                throw new IllegalStateException("The function ended as if all was well");
            }
            return started.process.errors();
        }
    }

    /** Starts a function's JVM so that it makes its AOT cache when it ends. */
    static FunctionProcess train(Path app, KubeAccess kubernetes, Map<String, String> settings) {
        // what it learns about hot methods is of no use to C1, and would be read at every start
        List<String> flags =
                List.of("-XX:AOTCacheOutput=" + CACHE, "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining");
        return launch(new Command(java(flags), app), Optional.of(kubernetes), settings)
                .awaitLife();
    }

    private FunctionProcess awaitLife() {
        process.await("The function", () -> status("_/health") == 200);
        return this;
    }

    private static FunctionProcess launch(Path target, Optional<KubeAccess> kubernetes, Map<String, String> settings) {
        return launch(command(target), kubernetes, settings);
    }

    private static FunctionProcess launch(
            Command command, Optional<KubeAccess> kubernetes, Map<String, String> settings) {
        try {
            Path folder = Files.createTempDirectory("function-");
            Map<String, String> environment = new HashMap<>(settings);
            int port =
                    environment.containsKey(PORT) ? Integer.parseInt(environment.get(PORT)) : ChildProcess.freePort();
            environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
            environment.put(PORT, Integer.toString(port));
            kubernetes
                    .map(access -> access.writeKubeconfig(folder.resolve("kubeconfig")))
                    .ifPresent(file -> environment.put("KUBECONFIG", file.toString()));
            var process = ChildProcess.start(command.words(), command.folder(), environment, folder);
            return new FunctionProcess(process, URI.create("http://127.0.0.1:" + port + "/"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Command(List<String> words, Path folder) {}

    /** The fastest that there is. */
    private static Command command(Path target) {
        return Packaging.best(target).in(target);
    }

    private static boolean isNewer(Path file, Path other) {
        try {
            return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(other)) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> binary(Path target) {
        try (var files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith("-runner") && Files.isExecutable(file))
                    .map(Path::toAbsolutePath)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A cache counts only for who starts in the same folder with the same words. */
    private static List<String> java(List<String> flags) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("@jvm.args");
        words.addAll(flags);
        words.addAll(List.of("-jar", RUN));
        return words;
    }

    /** Where events are posted to. */
    public URI uri() {
        return uri;
    }

    /** The status of a GET; 0 without an answer. */
    public int status(String path) {
        return get(path).map(HttpResponse::statusCode).orElse(0);
    }

    /** The body that a GET brings; empty without an answer. */
    public String body(String path) {
        return get(path).map(HttpResponse::body).orElse("");
    }

    private Optional<HttpResponse<String>> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(uri.resolve(path)).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return Optional.of(client.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** What the function has written to standard output so far: its records, one a line. */
    public List<String> records() {
        return process.output();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** The processor time that it has taken so far, on all processors together. */
    public Duration cpu() {
        return process.cpu();
    }

    /** Whether it is still running. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM and does not wait. */
    public void terminate() {
        process.terminate();
    }

    /** Ends the process at once (SIGKILL), wherever it is. */
    public void kill() {
        process.kill();
    }

    /** Waits for the end of the process, and returns its exit status. */
    public int awaitEnd() {
        return process.awaitEnd();
    }

    /** Waits until the process has ended, or something else has come true. */
    public void awaitEndOr(BooleanSupplier other) {
        Waiting.until("the end of the function", Duration.ofSeconds(60), () -> !isAlive() || other.getAsBoolean());
    }

    @Override
    public void close() {
        process.close();
    }
}
