package dev.falcoresponse.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the API calls per alert in the API server's audit log. */
final class ApiCalls {
    private static final int ALERTS = 100;
    private static final String POLICY = """
            {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
             "rules": [{"level": "Metadata"}]}
            """;

    private ApiCalls() {}

    static Measurement measure(KubeBinaries binaries, Checkout checkout) {
        try {
            Path policy = Files.writeString(Files.createTempFile("audit-policy", ".json"), POLICY);
            Path log = Files.createTempFile("audit", ".log");
            try {
                return measure(binaries, checkout, policy, log);
            } finally {
                Files.delete(policy);
                Files.delete(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Measurement measure(KubeBinaries binaries, Checkout checkout, Path policy, Path log)
            throws IOException {
        List<String> flags =
                List.of("--audit-policy-file=" + policy, "--audit-log-path=" + log, "--audit-log-mode=blocking");
        try (KubeApiServer server = KubeApiServer.start(binaries, flags);
                Pods pods = new Pods(server.client())) {
            // a function writes its queued Kubernetes Events before it exits
            try (FunctionProcess function = checkout.start(checkout.access(server));
                    Endpoint endpoint = Endpoint.of(function)) {
                Alternation.burst(pods, endpoint, ALERTS, 8);
                function.terminate();
                function.awaitEnd();
            }
            Map<String, Long> counts = count(log, pods.namespace());
            String calls = counts.entrySet().stream()
                    .map(entry ->
                            "%s %s".formatted(Measurement.number(entry.getValue() / (double) ALERTS), entry.getKey()))
                    .collect(Collectors.joining(", "));
            double perAlert =
                    counts.values().stream().mapToLong(Long::longValue).sum() / (double) ALERTS;
            return new Measurement("API calls per alert", calls, "", List.of(perAlert), List.of(), 3);
        }
    }

    private static Map<String, Long> count(Path log, String namespace) throws IOException {
        JsonMapper json = new JsonMapper();
        try (var lines = Files.lines(log)) {
            return lines.map(line -> read(json, line))
                    .filter(call -> call.path("user").path("username").asText().endsWith(":delete-pod"))
                    .filter(call ->
                            call.path("objectRef").path("namespace").asText().equals(namespace))
                    .collect(Collectors.groupingBy(
                            call -> call.path("verb").asText() + " "
                                    + call.path("objectRef").path("resource").asText(),
                            TreeMap::new,
                            Collectors.counting()));
        }
    }

    private static JsonNode read(JsonMapper json, String line) {
        try {
            return json.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
