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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A packaged function as its users run it: a process of its own, set by its environment. */
public final class FunctionProcess implements AutoCloseable {
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

    private FunctionProcess awaitLife() {
        process.await("The function", () -> status("_/health") == 200);
        return this;
    }

    private static FunctionProcess launch(Path target, Optional<KubeAccess> kubernetes, Map<String, String> settings) {
        try {
            Path folder = Files.createTempDirectory("function-");
            int port = ChildProcess.freePort();
            Map<String, String> environment = new HashMap<>(settings);
            environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
            environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
            kubernetes
                    .map(access -> access.writeKubeconfig(folder.resolve("kubeconfig")))
                    .ifPresent(file -> environment.put("KUBECONFIG", file.toString()));
            var process = ChildProcess.start(command(target), environment, folder);
            return new FunctionProcess(process, URI.create("http://127.0.0.1:" + port + "/"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The native binary when it has been built, else the jar with this Java. */
    private static List<String> command(Path target) throws IOException {
        try (var files = Files.list(target)) {
            List<String> command = new ArrayList<>(
                    files.filter(file -> file.toString().endsWith("-runner") && Files.isExecutable(file))
                            .map(Path::toString)
                            .limit(1)
                            .toList());
            if (command.isEmpty()) {
                Path java = Path.of(System.getProperty("java.home"), "bin", "java");
                Path jar = target.resolve("quarkus-app").resolve("quarkus-run.jar");
                command.addAll(List.of(java.toString(), "-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
            }
            return command;
        }
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

    @Override
    public void close() {
        process.close();
    }
}
