package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.falcoresponse.playground.broker.Manifests;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.EmbeddedCluster;
import dev.falcoresponse.testing.FalcoRule;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.TestNodes;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.TestWorkloads;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The requests that OpenFaaS and Argo make according to our files are answered like those of a broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OtherPlatformsIT {
    private static final Path HOME = Path.of("..");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> ACTED_REASONS = Map.of(
            "cordon-node",
            "cordoned",
            "delete-pod",
            "deleted",
            "isolate-network",
            "isolated",
            "snapshot-logs",
            "captured",
            "suspend-workload",
            "suspended");

    private final HttpClient http = HttpClient.newHttpClient();
    private final RuleBook rules = RuleBook.read(HOME.resolve("knative"), List.of());
    private final EmbeddedCluster cluster = EmbeddedCluster.start();
    private Functions functions;

    @BeforeAll
    void start() {
        Stream.of("worker-1", "worker-2", "worker-3")
                .forEach(
                        name -> cluster.client().resource(TestNodes.ready(name)).create());
        functions = Functions.start(HOME, rules, cluster, true, Map.of());
    }

    @AfterAll
    void stop() {
        functions.close();
        cluster.close();
        http.close();
    }

    private static JsonNode document(String file, String kind) {
        return Manifests.read(HOME.resolve(file), kind).getFirst();
    }

    /** The rules of each action's Trigger. */
    private Map<String, List<String>> rulesByAction() {
        Map<String, List<String>> rulesByAction = new TreeMap<>();
        for (FalcoRule rule : FalcoRule.all()) {
            var event = Falcosidekick.alerts(
                            "", alert(rule.name(), "ns", "pod").body().getBytes(UTF_8))
                    .getFirst()
                    .event();
            rules.matching(event)
                    .forEach(each -> rulesByAction
                            .computeIfAbsent(each.subscriber(), _ -> new ArrayList<>())
                            .add(rule.name()));
        }
        return rulesByAction;
    }

    private static RecordedAlert alert(String rule, String namespace, String pod) {
        return RecordedAlert.named("terminal-shell-in-container-pod")
                .at(Instant.now())
                .about(namespace, pod)
                .with("rule", rule);
    }

    /** A pod on a node of its own, whose earlier one is free again: only one may be cordoned at a time. */
    private Pod pod() {
        cluster.client().configMaps().inNamespace("falco-response").delete();
        cluster.client()
                .nodes()
                .withLabel("falco-response/quarantine")
                .resources()
                .forEach(node -> node.edit(each -> {
                    each.getSpec().setUnschedulable(null);
                    return each;
                }));
        String node = "worker-" + System.nanoTime();
        cluster.client().resource(TestNodes.ready(node)).create();
        StatefulSet owner = cluster.client()
                .resource(TestWorkloads.statefulSet("shop", "web-" + System.nanoTime()))
                .create();
        return TestPods.create(
                cluster.client(),
                "shop",
                owner.getMetadata().getName() + "-0",
                each -> TestPods.ownedBy(owner).apply(TestPods.onNode(node).apply(each)));
    }

    private HttpResponse<String> post(URI uri, Map<String, String> headers, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body));
        headers.forEach(request::header);
        request.setHeader("Authorization", "Bearer " + functions.token());
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String field(HttpResponse<String> answer, String field) throws IOException {
        return JSON.readTree(answer.body()).path(field).asText();
    }

    private static List<String> sorted(Stream<String> texts) {
        return texts.sorted().toList();
    }

    static Stream<String> actions() {
        return ACTED_REASONS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("actions")
    void openFaasFunctionsActOnTheirOwnRulesOnly(String action) throws Exception {
        JsonNode stack =
                YAML.readTree(HOME.resolve("openfaas").resolve("stack.yaml").toFile());
        JsonNode environment = stack.path("functions").path(action).path("environment");
        Map<String, String> settings = new HashMap<>(Map.of("RESPONSE_DRY_RUN", "false"));
        settings.put("RESPONSE_RULES", environment.path("RESPONSE_RULES").asText());
        if (environment.has("SNAPSHOT_LOGS_STORE")) {
            Path folder = Files.createDirectories(Path.of("target", "openfaas-evidence"));
            settings.put("SNAPSHOT_LOGS_STORE", "file://" + folder.toAbsolutePath());
        }
        Path target = HOME.resolve("functions").resolve(action).resolve("target");
        List<String> ownRules = Objects.requireNonNull(rulesByAction().get(action));
        try (FunctionProcess function = cluster.start(target, HOME, settings)) {
            for (Map.Entry<String, List<String>> each : rulesByAction().entrySet()) {
                Pod pod = pod();
                RecordedAlert alert =
                        RecordedAlert.shellIn(pod).with("rule", each.getValue().getFirst());
                HttpResponse<String> answer = post(
                        function.uri(),
                        Map.of(
                                "User-Agent", "Falcosidekick",
                                "Content-Type", "application/json; charset=utf-8"),
                        alert.body() + "\n");

                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("ce-type")).hasValue("falco.response." + action + ".v1");
                assertThat(field(answer, "reason"))
                        .isEqualTo(ownRules.contains(each.getValue().getFirst()) ? ACTED_REASONS.get(action) : "rule");
            }
        }
        assertThat(sorted(Stream.of(settings.get("RESPONSE_RULES").split(", *", -1))))
                .isEqualTo(sorted(ownRules.stream()));
        assertThat(environment.path("RESPONSE_DRY_RUN").asText()).isEqualTo("true");
    }

    /** The value that Argo's Sensor would take from a webhook's request, for the expressions that our files use. */
    private static String value(JsonNode source, JsonNode body) {
        String key = source.path("dataKey").asText();
        if (key.equals("[body.tags]|@flatten")) {
            return body.has("tags") ? body.path("tags").toString() : "[]";
        }
        assertThat(key).startsWith("body.");
        JsonNode value = body.path(key.substring("body.".length()));
        if (value.isMissingNode()) {
            assertThat(source.has("value"))
                    .as(key + " is missing and has no default")
                    .isTrue();
            return source.path("value").asText();
        }
        return value.isTextual() ? value.asText() : value.toString();
    }

    private static boolean passes(JsonNode dependency, String rule) {
        JsonNode filter = dependency.at("/filters/data/0");
        assertThat(filter.path("path").asText()).isEqualTo("body.rule");
        boolean passes = false;
        for (JsonNode pattern : filter.path("value")) {
            // Argo does not anchor the pattern
            passes |= Pattern.compile(pattern.asText()).matcher(rule).find();
        }
        return passes;
    }

    @Test
    void argosSensorsPassExactlyTheRulesOfTheTriggers() throws IOException {
        List<String> names =
                new ArrayList<>(FalcoRule.all().stream().map(FalcoRule::name).toList());
        names.addAll(
                FalcoRule.all().stream().map(rule -> "x" + rule.name() + "x").toList());
        names.add("Falco response: delete-pod acted");
        for (String file : List.of("argo/sensor.yaml", "argo/workflow.yaml")) {
            for (JsonNode dependency : document(file, "Sensor").path("spec").path("dependencies")) {
                assertThat(sorted(names.stream().filter(rule -> passes(dependency, rule))))
                        .isEqualTo(sorted(
                                Objects.requireNonNull(rulesByAction()
                                                .get(dependency.path("name").asText()))
                                        .stream()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("actions")
    void theRequestOfArgosSensorIsAnswered(String action) throws Exception {
        for (boolean isMinimal : List.of(false, true)) {
            ObjectNode alert = (ObjectNode) JSON.readTree(RecordedAlert.shellIn(pod())
                    .with(
                            "rule",
                            Objects.requireNonNull(rulesByAction().get(action)).getFirst())
                    .body());
            if (isMinimal) {
                alert.remove(List.of("tags", "hostname", "source"));
            }

            HttpResponse<String> answer = post(
                    Objects.requireNonNull(functions.addresses().get(action)),
                    headers(action, alert),
                    payload(action, alert));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(field(answer, "reason")).isEqualTo(ACTED_REASONS.get(action));
            assertThat(field(answer, "eventId")).isEqualTo(alert.path("uuid").asText());
            assertThat(answer.headers().firstValue("ce-type")).hasValue("falco.response." + action + ".v1");
        }
    }

    private static JsonNode trigger(String action) throws IOException {
        for (JsonNode trigger :
                document("argo/sensor.yaml", "Sensor").path("spec").path("triggers")) {
            if (trigger.path("template").path("conditions").asText().equals(action)) {
                return trigger.path("template").path("http");
            }
        }
        throw new AssertionError("no trigger for " + action);
    }

    private static Map<String, String> headers(String action, JsonNode body) throws IOException {
        Map<String, String> headers = new HashMap<>();
        trigger(action)
                .path("headers")
                .properties()
                .forEach(each -> headers.put(each.getKey(), each.getValue().asText()));
        trigger(action)
                .path("dynamicHeaders")
                .forEach(each -> headers.put(each.path("dest").asText(), value(each.path("src"), body)));
        return headers;
    }

    private static String payload(String action, JsonNode body) throws IOException {
        ObjectNode payload = JSON.createObjectNode();
        for (JsonNode each : trigger(action).path("payload")) {
            String value = value(each.path("src"), body);
            payload.set(
                    each.path("dest").asText(),
                    each.path("src").path("useRawData").asBoolean()
                            ? JSON.readTree(value)
                            : JSON.getNodeFactory().textNode(value));
        }
        return payload.toString();
    }

    @Test
    void theRequestsOfArgosWorkflowAreAnswered() throws Exception {
        Map<String, JsonNode> templates = new HashMap<>();
        document("argo/workflow.yaml", "WorkflowTemplate")
                .path("spec")
                .path("templates")
                .forEach(each -> templates.put(each.path("name").asText(), each.path("http")));
        Pod pod = pod();
        String event = RecordedAlert.shellIn(pod).body();

        HttpResponse<String> evidence =
                step(Objects.requireNonNull(templates.get("secure")), Map.of("{{inputs.parameters.event}}", event));
        assertThat(evidence.statusCode()).isEqualTo(200);
        assertThat(field(evidence, "outcome")).isEqualTo("acted");

        HttpResponse<String> act = step(
                Objects.requireNonNull(templates.get("act")),
                Map.of(
                        "{{inputs.parameters.action}}", "delete-pod",
                        "{{inputs.parameters.evidence}}", evidence.body(),
                        "{{inputs.parameters.id}}", field(evidence, "eventId")));
        assertThat(act.statusCode()).as(act.body()).isEqualTo(200);
        assertThat(field(act, "reason")).isEqualTo("deleted");
        assertThat(JSON.readTree(act.body()).at("/details/evidence").asText()).startsWith("file:");
    }

    private HttpResponse<String> step(JsonNode template, Map<String, String> values) throws Exception {
        Map<String, String> headers = new HashMap<>();
        template.path("headers")
                .forEach(each -> headers.put(
                        each.path("name").asText(),
                        fillPlaceholders(each.path("value").asText(), values)));
        String host = URI.create(fillPlaceholders(template.path("url").asText(), values))
                .getHost();
        URI uri = Objects.requireNonNull(functions.addresses().get(host.replaceFirst("\\..*", "")));
        return post(uri, headers, fillPlaceholders(template.path("body").asText(), values));
    }

    private static String fillPlaceholders(String text, Map<String, String> values) {
        String filled = text;
        for (Map.Entry<String, String> each : values.entrySet()) {
            filled = filled.replace(each.getKey(), each.getValue());
        }
        return filled;
    }
}
