package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.playground.RuleTable.Row;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.playground.cluster.EmbeddedCluster;
import dev.falcoresponse.testing.FalcoRule;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.TestNodes;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.TestWorkloads;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule of the table has a response, and an alert of the rule gets this response and no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RuleBookIT {
    private static final Path HOME = Path.of("..");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> ACTED_REASONS = Map.of(
            "cordon-node",
            "cordoned",
            "delete-pod",
            "deleted",
            "isolate-network",
            "isolated",
            "request-approval",
            "asked",
            "snapshot-logs",
            "captured",
            "suspend-workload",
            "suspended");

    private final RuleBook rules = RuleBook.read(HOME.resolve("knative"), List.of());
    private Cluster cluster;
    private Functions functions;
    private Broker broker;

    @BeforeAll
    void start() {
        cluster = EmbeddedCluster.start();
        Stream.of("worker-1", "worker-2", "worker-3")
                .forEach(
                        name -> cluster.client().resource(TestNodes.ready(name)).create());
        functions = Functions.start(HOME, rules, cluster, true, Map.of());
        broker = functions.broker(rules, _ -> {});
    }

    @AfterAll
    void stop() {
        broker.close();
        functions.close();
        cluster.close();
    }

    private static List<Row> rows() {
        return RuleTable.rows(HOME.resolve("knative"));
    }

    static Stream<Row> eachRow() {
        return rows().stream();
    }

    @Test
    void theTableHasEachFalcoRuleOnce() {
        assertThat(rows()).extracting(Row::rule).doesNotHaveDuplicates();
        // Falco tags its rules about system calls, and not those about the audit log
        List<String> audited = FalcoRule.all().stream()
                .filter(rule -> rule.file().equals("k8s_audit"))
                .map(FalcoRule::name)
                .toList();
        assertThat(rows().stream().filter(row -> row.tactic().isEmpty()).map(Row::rule))
                .containsExactlyInAnyOrderElementsOf(audited);
        assertThat(rows())
                .extracting(row -> List.of(row.rule(), row.formerly().orElse(""), row.fires()))
                .containsExactlyInAnyOrderElementsOf(FalcoRule.all().stream()
                        .map(rule -> List.of(rule.name(), rule.formerly(), fires(rule)))
                        .toList());
    }

    private static String fires(FalcoRule rule) {
        String off = rule.on() ? "" : ", off";
        return switch (rule.file()) {
            case "stable" -> rule.firesByDefault() ? "yes" : "no, off";
            case "k8s_audit" -> "no, plugin";
            default -> "no, " + rule.file() + off;
        };
    }

    /** A misspelt rule would never be answered. */
    @Test
    void theTriggersNameOnlyRulesOfTheTable() {
        List<String> table = rows().stream().map(Row::rule).toList();

        for (String action : ACTED_REASONS.keySet()) {
            assertThat(table).containsAll(rulesOf(action));
        }
        assertThat(table)
                .containsAll(TriggerRules.of(HOME.resolve("knative").resolve("cordon-node/trigger-host.yaml")));
    }

    /** A rule about which nobody would be asked is a mistake too. */
    @ParameterizedTest
    @ValueSource(strings = {"delete-pod", "suspend-workload"})
    void peopleAreAskedAboutRulesThatFalcoHas(String action) {
        List<String> asked = TriggerRules.of(
                HOME.resolve("knative/components/approve-" + action).resolve("request-approval-" + action + ".yaml"));

        assertThat(asked).isNotEmpty();
        assertThat(rows().stream().map(Row::rule)).containsAll(asked);
        if (action.equals("delete-pod")) {
            assertThat(rulesOf(action)).containsAll(asked);
        }
    }

    private static List<String> rulesOf(String action) {
        return TriggerRules.of(HOME.resolve("knative").resolve(action).resolve("trigger.yaml"));
    }

    /** The actions whose Trigger names the rule. */
    private static List<String> responses(Row row) {
        return ACTED_REASONS.keySet().stream()
                .filter(action -> rulesOf(action).contains(row.rule()))
                .toList();
    }

    private static RecordedAlert alert(FalcoRule rule, Pod pod) {
        String recording =
                rule.file().equals("k8s_audit") ? "k8saudit-attach-exec-pod" : "terminal-shell-in-container-pod";
        // the pod is older than the alert
        String uuid = UUID.randomUUID().toString();
        return RecordedAlert.named(recording)
                .at(Instant.now())
                .about(pod)
                .with("uuid", uuid)
                .withHeader("ce-id", uuid)
                .with("rule", rule.name())
                .withHeader("ce-rule", rule.name());
    }

    @ParameterizedTest
    @MethodSource("eachRow")
    void anAlertOfEachRuleGetsItsResponseAndNoOther(Row row) throws IOException {
        FalcoRule rule = FalcoRule.all().stream()
                .filter(each -> each.name().equals(row.rule()))
                .findFirst()
                .orElseThrow();
        String node = "worker-" + System.nanoTime();
        cluster.client().resource(TestNodes.ready(node)).create();
        StatefulSet owner = cluster.client()
                .resource(TestWorkloads.statefulSet("shop", "web-" + System.nanoTime()))
                .create();
        Pod pod = TestPods.create(
                cluster.client(),
                "shop",
                owner.getMetadata().getName() + "-0",
                each -> TestPods.ownedBy(owner).apply(TestPods.onNode(node).apply(each)));

        int before = functions.notifications().size();
        EventTrace trace = broker.send(SentAlert.of("", "", alert(rule, pod)).event());

        Map<String, String> answered = new TreeMap<>();
        for (Answer answer : trace.answers()) {
            if (!answer.function().equals(Functions.NOTIFY)) {
                answered.put(
                        answer.function(),
                        JSON.readTree(answer.body()).path("reason").asText());
            }
        }
        Map<String, String> expected = new TreeMap<>();
        List<String> responses = responses(row);
        responses.forEach(each -> expected.put(each, ACTED_REASONS.get(each)));
        assertThat(answered).isEqualTo(expected);
        assertThat(functions
                        .notifications()
                        .subList(before, functions.notifications().size()))
                .extracting(told -> told.path("rule").asText())
                .containsExactlyInAnyOrderElementsOf(responses.stream()
                        .map(each -> "Falco response: " + each + " acted")
                        .toList());
        if (responses.contains("cordon-node")) {
            broker.send(undo(node));
        }
        assertThat(trace.deadLetters()).isEmpty();
    }

    /** Frees the slot: only one node may be cordoned at a time. */
    private static CloudEvent undo(String node) {
        return CloudEventBuilder.v1()
                .withId(UUID.randomUUID().toString())
                .withSource(URI.create("/test"))
                .withType("falco.response.cordon-node.undo.v1")
                .withData("application/json", ("{\"node\":\"" + node + "\"}").getBytes(StandardCharsets.UTF_8))
                .build();
    }

    @Test
    void anAlertAboutTheHostCordonsItThroughTheReplyOfTheFunctionThatSkipsIt() throws IOException {
        String node = "host-" + System.nanoTime();
        cluster.client().resource(TestNodes.ready(node)).create();
        RecordedAlert alert = RecordedAlert.named("read-sensitive-file-host")
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString())
                .with("hostname", node)
                .with("rule", "PTRACE attached to process")
                .withHeader("ce-rule", "PTRACE attached to process");

        EventTrace trace = broker.send(SentAlert.of("", "", alert).event());

        assertThat(trace.answers())
                .filteredOn(answer -> !answer.function().equals(Functions.NOTIFY))
                .extracting(answer -> answer.function() + " "
                        + JSON.readTree(answer.body()).path("reason").asText())
                .containsExactly("isolate-network host", "cordon-node cordoned");
        broker.send(undo(node));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "falcosidekick-test-endpoint",
                "internal-metrics-snapshot",
                "internal-syscall-event-drop",
                "cloudtrail-console-login-without-mfa",
                "contact-k8s-api-server-pod"
            })
    void alertsAboutNoPodReachNoFunction(String recording) {
        EventTrace trace =
                broker.send(SentAlert.of("", "", RecordedAlert.named(recording)).event());

        assertThat(trace.triggers()).isEmpty();
    }

    @Test
    void aNotificationThatFalcosidekickSendsBackReachesNoFunction() throws IOException {
        Pod pod = TestPods.create(cluster.client(), "shop", "web-" + System.nanoTime());
        FalcoRule shell = FalcoRule.all().getFirst();
        broker.send(SentAlert.of("", "", alert(shell, pod)).event());
        byte[] notification = JSON.writeValueAsBytes(functions.notifications().getLast());

        EventTrace trace = broker.send(
                Falcosidekick.alerts("Falcosidekick", notification).getFirst().event());

        assertThat(trace.triggers()).isEmpty();
    }

    @Test
    void theDashboardUsesOnlyExistingMetrics() throws Exception {
        broker.send(SentAlert.of("", "", RecordedAlert.named("read-sensitive-file-host"))
                .event());
        String metrics;
        URI function = Objects.requireNonNull(functions.addresses().get("isolate-network"));
        try (HttpClient http = HttpClient.newHttpClient()) {
            metrics = http.send(
                            HttpRequest.newBuilder(function.resolve("/q/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
        List<String> used = Pattern.compile("falco_response_[a-z_]+")
                .matcher(Files.readString(HOME.resolve("knative")
                        .resolve("components")
                        .resolve("monitoring")
                        .resolve("dashboard.json")))
                .results()
                .map(MatchResult::group)
                .distinct()
                .toList();

        assertThat(used)
                .hasSizeGreaterThan(1)
                .allSatisfy(name -> assertThat(metrics).contains("\n" + name + "{"));
    }

    @Test
    void anUnreadableEventIsReportedAsANotification() {
        RecordedAlert whole = RecordedAlert.named("terminal-shell-in-container-pod");
        RecordedAlert half = whole.withBody(whole.body().substring(0, 100));

        EventTrace trace = broker.send(SentAlert.of("", "", half).event());

        assertThat(trace.deadLetters()).hasSize(1);
        assertThat(functions
                        .notifications()
                        .getLast()
                        .path("output_fields")
                        .path("knativeerrorcode")
                        .asText())
                .isEqualTo("400");
    }
}
