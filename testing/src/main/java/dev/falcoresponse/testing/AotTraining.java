package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * Makes a function's AOT cache (JEP 483, 514): runs the function over recorded alerts, so that the JVM keeps the classes that
 * this needed, loaded and linked. It needs nothing but the JDK: the image trains with its own Java.
 */
public final class AotTraining {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String ALERT = "/falco-events/terminal-shell-in-container-pod.json";

    private AotTraining() {}

    /**
     * Trains one function.
     *
     * @param arguments the folder with {@code quarkus-run.jar} and {@code jvm.args}
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path app = Path.of(arguments[0]).toAbsolutePath();
        Path store = Files.createTempDirectory("evidence-");
        HttpServer falcosidekick = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        falcosidekick.createContext("/", AotTraining::accept);
        falcosidekick.start();
        try (StandInApiServer api = StandInApiServer.start()) {
            String receiver = "http://127.0.0.1:" + falcosidekick.getAddress().getPort();
            Map<String, String> settings = Map.of(
                    "RESPONSE_DRY_RUN",
                    "false",
                    "SNAPSHOT_LOGS_STORE",
                    store.toUri().toString(),
                    "REQUEST_APPROVAL_FOR",
                    "delete-pod",
                    "K_SINK",
                    receiver,
                    "NOTIFY_FALCOSIDEKICK_URL",
                    receiver);
            Files.deleteIfExists(app.resolve("app.aot"));
            try (FunctionProcess function = FunctionProcess.train(app, api.access(), settings);
                    HttpClient client = HttpClient.newHttpClient()) {
                Waiting.until("a ready function", TIMEOUT, () -> function.status("_/ready") == 200);
                for (int i = 0; i < 3; i++) {
                    sendEach(client, function, "web-" + i);
                }
                // a function that failed has not loaded all classes
                if (function.records().isEmpty()
                        || function.records().stream().anyMatch(record -> record.contains("\"outcome\":\"failed\""))) {
                    throw new IllegalStateException("The function was not trained: " + function.records());
                }
                function.status("q/metrics");
                function.terminate();
                function.awaitEnd();
            }
        } finally {
            falcosidekick.stop(0);
            Folders.delete(store);
        }
        if (!Files.exists(app.resolve("app.aot"))) {
            throw new IllegalStateException("The JVM has made no AOT cache of " + app);
        }
    }

    private static void accept(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    /** One alert in each form, an undo request, and a body that cannot be read. */
    private static void sendEach(HttpClient client, FunctionProcess function, String pod)
            throws IOException, InterruptedException {
        String alert = text(ALERT)
                .replaceFirst("\"time\":\"[^\"]*\"", "\"time\":\"" + Instant.now() + "\"")
                .replaceAll("web-7c5ddbdf54-x2v8k", pod);
        send(client, function, "falco.rule.output.v1", alert);
        send(
                client,
                function,
                "falco.response.isolate-network.undo.v1",
                "{\"namespace\":\"shop\",\"pod\":\"%s\"}".formatted(pod));
        send(client, function, "", alert.replaceAll(pod, pod + "-plain"));
        send(client, function, "", "{\"rule\":");
        String structured = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"falco.org\","
                + "\"type\":\"falco.rule.output.v1\",\"data\":" + alert.replaceAll(pod, pod + "-structured") + "}";
        post(
                client,
                HttpRequest.newBuilder(function.uri()).header("Content-Type", "application/cloudevents+json"),
                structured);
    }

    private static void send(HttpClient client, FunctionProcess function, String type, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(function.uri()).header("Content-Type", "application/json");
        if (!type.isEmpty()) {
            request.header("ce-specversion", "1.0")
                    .header("ce-id", "1")
                    .header("ce-source", "falco.org")
                    .header("ce-type", type);
        }
        post(client, request, body);
    }

    private static void post(HttpClient client, HttpRequest.Builder request, String body)
            throws IOException, InterruptedException {
        client.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.discarding());
    }

    private static String text(String resource) throws IOException {
        try (InputStream stream = AotTraining.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IOException(resource + " is missing");
            }
            return new String(stream.readAllBytes(), UTF_8);
        }
    }
}
