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

/** How often an alert calls the API server, by the server's own audit log. */
final class Calls {
    private static final int ALERTS = 100;
    private static final String POLICY = """
            {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
             "rules": [{"level": "Metadata"}]}
            """;

    private Calls() {}

    static Row measure(KubeBinaries binaries, Checkout checkout) {
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

    private static Row measure(KubeBinaries binaries, Checkout checkout, Path policy, Path log) throws IOException {
        List<String> flags =
                List.of("--audit-policy-file=" + policy, "--audit-log-path=" + log, "--audit-log-mode=blocking");
        try (KubeApiServer server = KubeApiServer.start(binaries, flags);
                Pods pods = new Pods(server.client())) {
            // when it has ended, its Kubernetes Events are written
            try (FunctionProcess function = checkout.start(checkout.access(server));
                    Endpoint endpoint = Endpoint.of(function)) {
                Benchmark.checked(pods, endpoint, Burst.of(endpoint, pods.make(ALERTS), 8, pods.deletions()));
                function.terminate();
                function.awaitEnd();
            }
            Map<String, Long> counts = count(log, pods.namespace());
            String which = counts.entrySet().stream()
                    .map(entry -> "%s %s".formatted(Row.number(entry.getValue() / (double) ALERTS), entry.getKey()))
                    .collect(Collectors.joining(", "));
            double all = counts.values().stream().mapToLong(Long::longValue).sum() / (double) ALERTS;
            return new Row("API calls for each alert", which, "", List.of(all), List.of(), 3);
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
