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
import java.util.stream.Stream;

/** A packaged function as users run it: a separate process, configured by environment variables. */
public final class FunctionProcess implements AutoCloseable {
    /** Settings that turn dry run off and remove the budget. */
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
     * @throws StartException if it does not become live
     */
    public static FunctionProcess start(Path target, KubeAccess kubernetes, Map<String, String> settings) {
        return launch(target, Optional.of(kubernetes), settings).awaitLive();
    }

    /** How a function is packaged. */
    public enum Packaging {
        /** A native binary, built with GraalVM. */
        NATIVE,
        /** Jars with an AOT cache of loaded and linked classes. */
        AOT_CACHE,
        /** Jars. */
        JVM;

        /** Whether the build has produced it. */
        public boolean isIn(Path target) {
            return switch (this) {
                // a binary that is older than the jars comes from another build
                case NATIVE ->
                    binary(target)
                            .filter(binary -> !JVM.isIn(target)
                                    || isNewer(binary, target.resolve(APP).resolve(RUN)))
                            .isPresent();
                case AOT_CACHE -> Files.exists(target.resolve(APP).resolve(CACHE));
                case JVM -> Files.exists(target.resolve(APP).resolve(RUN));
            };
        }

        /** The fastest packaging that has been built. */
        public static Packaging best(Path target) {
            return Arrays.stream(values())
                    .filter(packaging -> packaging.isIn(target))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Nothing has been built in " + target));
        }

        private Command in(Path target) {
            Path app = target.resolve(APP);
            // makes the processes distinguishable in a process list
            String name = "-Dfunction=" + target.toAbsolutePath().normalize();
            return switch (this) {
                case NATIVE -> new Command(List.of(binary(target).orElseThrow().toString()), target);
                case AOT_CACHE -> new Command(java(List.of(name, "-XX:AOTCache=" + CACHE)), app);
                case JVM -> new Command(java(List.of(name)), app);
            };
        }
    }

    /** Starts a function in one packaging without waiting for it. */
    public static FunctionProcess launch(
            Path target, Packaging packaging, KubeAccess kubernetes, Map<String, String> settings) {
        return launch(packaging.in(target), Optional.of(kubernetes), settings);
    }

    /** The same for the cluster that the settings name. */
    public static FunctionProcess launch(Path target, Packaging packaging, Map<String, String> settings) {
        return launch(packaging.in(target), Optional.empty(), settings);
    }

    /** Starts a function for the cluster of the current kubeconfig context, and waits until it is live. */
    public static FunctionProcess start(Path target, Map<String, String> settings) {
        return launch(target, Optional.empty(), settings).awaitLive();
    }

    /**
     * Starts a function whose start must fail.
     *
     * @return its standard error
     */
    public static String failToStart(Path target, KubeAccess kubernetes, Map<String, String> settings) {
        try (FunctionProcess started = launch(target, Optional.of(kubernetes), settings)) {
            if (started.process.awaitEnd() == 0) {
                throw new IllegalStateException("The function exited with status 0");
            }
            return started.process.errors();
        }
    }

    /** Starts a function's JVM so that it writes its AOT cache on exit. */
    static FunctionProcess train(Path app, KubeAccess kubernetes, Map<String, String> settings) {
        // C1 does not use the method profiles in a cache, and every start would read them
        List<String> flags =
                List.of("-XX:AOTCacheOutput=" + CACHE, "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining");
        return launch(new Command(java(flags), app), Optional.of(kubernetes), settings)
                .awaitLive();
    }

    /** Waits until it is ready: what has just been granted reaches the API server's authorizer a moment later. */
    public FunctionProcess awaitReady() {
        process.await("A ready function", () -> status("_/ready") == 200);
        return this;
    }

    /** Waits until its readiness names each of these reasons: a probe does not wait for the end of a first check. */
    public void awaitNotReady(String... reasons) {
        process.await(
                "A function that is not ready because " + List.of(reasons),
                () -> get("_/ready")
                        .filter(answer -> answer.statusCode() == 503)
                        .filter(answer -> Stream.of(reasons).allMatch(answer.body()::contains))
                        .isPresent());
    }

    private FunctionProcess awaitLive() {
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
            kubernetes.ifPresent(access -> environment.putAll(access.mount(folder)));
            var process = ChildProcess.start(command.arguments(), command.folder(), environment, folder);
            return new FunctionProcess(process, URI.create("http://127.0.0.1:" + port + "/"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Command(List<String> arguments, Path folder) {}

    /** The command for the fastest packaging that has been built. */
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

    /** The JVM uses an AOT cache only with the same working directory, class path and JVM options as in training. */
    private static List<String> java(List<String> flags) {
        List<String> arguments = new ArrayList<>();
        arguments.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        arguments.add("@jvm.args");
        arguments.addAll(flags);
        arguments.addAll(List.of("-jar", RUN));
        return arguments;
    }

    /** The URI for events. */
    public URI uri() {
        return uri;
    }

    /** The status of a GET request; 0 without an answer. */
    public int status(String path) {
        return get(path).map(HttpResponse::statusCode).orElse(0);
    }

    /** The body of a GET response; empty without an answer. */
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

    /** The lines on standard output so far: one record each. */
    public List<String> records() {
        return process.output();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** The processor time used so far, summed over all processors. */
    public Duration cpu() {
        return process.cpu();
    }

    /** Whether the process is running. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM and does not wait. */
    public void terminate() {
        process.terminate();
    }

    /** Sends SIGKILL and does not wait. */
    public void kill() {
        process.kill();
    }

    /** Waits until the process has exited, and returns its exit status. */
    public int awaitEnd() {
        return process.awaitEnd();
    }

    /** Waits until the process has exited or another condition holds. */
    public void awaitEndOr(BooleanSupplier condition) {
        Waiting.until("the function to exit", Duration.ofSeconds(60), () -> !isAlive() || condition.getAsBoolean());
    }

    @Override
    public void close() {
        process.close();
    }
}
