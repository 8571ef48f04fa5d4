package dev.falcoresponse.requestapproval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.EventSink;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An alert waits for a person's decision, and only a real one lets the action act. */
@NeedsKubeApiServer
class RequestApprovalIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String OWN = "falco-response";
    private static final String APPROVED = "falco.response.delete-pod.approved.v1";
    private static final String RECORDS = "falco.response.request-approval.v1";
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private static KubeApiServer server;
    private static KubernetesClient client;
    private static KubeAccess access;
    private static EventSink broker;
    private static FunctionProcess function;
    private static FunctionProcess deletePod;
    private static KubernetesClient alice;
    private String namespace;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("policy.yaml"));
        client.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(OWN)
                        .withName("approvers")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", "falco-response-approver")
                        .addNewSubject("rbac.authorization.k8s.io", "Group", "on-call", null)
                        .build())
                .create();
        alice = person("alice");
        broker = EventSink.start();
        function = asking(access, Map.of());
        deletePod = ThisFunction.other("delete-pod", server, Map.of());
        awaitPolicies();
    }

    private static void awaitPolicies() {
        ConfigMap forged = new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(OWN)
                .withName("forged")
                .addToLabels("falco-response/request", "delete-pod")
                .addToLabels("falco-response/approved", "delete-pod")
                .endMetadata()
                .build();
        Waiting.until("the policies to be in force", TIMEOUT, () -> {
            try {
                client.resource(forged).dryRun().create();
                return false;
            } catch (KubernetesClientException e) {
                return e.getCode() == 403;
            }
        });
    }

    @AfterAll
    static void stop() {
        function.close();
        deletePod.close();
        broker.close();
        alice.close();
    }

    private static FunctionProcess asking(KubeAccess kubernetes, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "REQUEST_APPROVAL_FOR",
                "delete-pod",
                "RESPONSE_COOLDOWN",
                "0s",
                "K_SINK",
                broker.uri().toString()));
        all.putAll(settings);
        return ThisFunction.acting(kubernetes, all);
    }

    private static KubernetesClient person(String name, String... groups) {
        Config config = new ConfigBuilder(server.admin().client().getConfiguration())
                .withImpersonateUsername(name)
                .withImpersonateGroups(groups.length == 0 ? new String[] {"on-call"} : groups)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    @BeforeEach
    void newNamespace() {
        namespace = server.newNamespace();
    }

    @AfterEach
    void forget() {
        for (String label : List.of("falco-response/request", "falco-response/approved")) {
            client.configMaps().inNamespace(OWN).withLabel(label).delete();
        }
        broker.answers(202);
        broker.drain();
    }

    private static RecordedAlert alert(Pod pod) {
        return RecordedAlert.shellIn(pod).with("uuid", UUID.randomUUID().toString());
    }

    private static ValidatableResponse ask(Pod pod) {
        return send(function, alert(pod)).body("outcome", equalTo("acted"), "reason", equalTo("asked"));
    }

    private static ValidatableResponse send(FunctionProcess receiver, RecordedAlert alert) {
        return Send.BINARY.to(receiver.uri(), alert).then().statusCode(200);
    }

    private static ValidatableResponse tick(FunctionProcess receiver) {
        return Send.event(receiver.uri(), "dev.knative.sources.ping", "{}").then();
    }

    private static ValidatableResponse deliver(JsonNode event) {
        return Send.request(deletePod.uri())
                .header("Content-Type", "application/cloudevents+json")
                .body(event.toString())
                .post()
                .then();
    }

    private static List<ConfigMap> requests() {
        return client.configMaps()
                .inNamespace(OWN)
                .withLabel("falco-response/request")
                .list()
                .getItems();
    }

    private static void decide(KubernetesClient who, String name, String decision, String by) {
        who.configMaps().inNamespace(OWN).withName(name).patch(MERGE, annotations(decision, by));
    }

    private static String annotations(String decision, String by) {
        return "{\"metadata\":{\"annotations\":{\"falco-response/decision\":\"%s\",\"falco-response/decided-by\":\"%s\"}}}"
                .formatted(decision, by);
    }

    private static JsonNode approvedEvent() {
        assertThat(broker.events(APPROVED)).hasSize(1);
        return broker.events(APPROVED).getFirst();
    }

    // asked, decided, done

    @Test
    void whatAliceHasApprovedIsDoneInHerName() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        RecordedAlert alert = alert(pod);
        String name = send(function, alert)
                .body("reason", equalTo("asked"), "targetKind", equalTo("Pod"), "targetName", equalTo("web-0"))
                .body("message", containsString("Asked whether to delete pod " + namespace + "/web-0"))
                .body(
                        "message",
                        containsString("kubectl -n falco-response annotate cm ask-"),
                        "details.for",
                        equalTo("delete-pod"))
                .extract()
                .path("details.request");
        assertThat(TestPods.isThere(client, pod)).isTrue();
        assertThat(open().getImmutable()).isTrue();
        assertThat(open().getData())
                .containsKeys("alert", "digest", "until")
                .containsEntry("action", "delete-pod")
                .containsEntry("target", "Pod " + namespace + "/web-0")
                .containsEntry("question", "delete pod " + namespace + "/web-0");
        tick(function).statusCode(200).body("outcome", equalTo("skipped"));

        decide(alice, name, "approve", "alice");
        tick(function)
                .statusCode(200)
                .body("outcome", equalTo("acted"), "reason", equalTo("approved"))
                .body("rule", equalTo("Terminal shell in container"), "details.decidedBy", equalTo("alice"))
                .header("ce-subject", namespace + "/web-0");
        assertThat(requests()).isEmpty();

        JsonNode event = approvedEvent();
        assertThat(event.path("data").path("approvedBy").asText()).isEqualTo("alice");
        deliver(event)
                .statusCode(200)
                .body("outcome", equalTo("acted"), "reason", equalTo("deleted"), "approvedBy", equalTo("alice"))
                .body("eventId", equalTo(alert.member("uuid")));
        assertThat(TestPods.isThere(client, pod)).isFalse();
        deliver(event)
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "details.earlier.reason", equalTo("deleted"));
    }

    @Test
    void whatIsRefusedIsNotDone() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        String name = ask(pod).extract().path("details.request");
        decide(alice, name, "refuse", "alice");

        tick(function)
                .body("outcome", equalTo("acted"), "reason", equalTo("refused"))
                .body("message", containsString("alice refused to delete pod"));
        assertThat(broker.events(APPROVED)).isEmpty();
        assertThat(requests()).isEmpty();
        tick(function).body("outcome", equalTo("skipped"), "reason", equalTo("nothing-to-undo"));
    }

    @Test
    void whatNobodyDecidesExpiresAndADecisionAfterThatIsTooLate() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        Pod late = TestPods.create(client, namespace, "web-1");
        try (FunctionProcess brief = asking(access, Map.of("REQUEST_APPROVAL_EXPIRES_AFTER", "1s"))) {
            String name = send(brief, alert(late)).extract().path("details.request");
            String last = send(brief, alert(pod))
                    .body("reason", equalTo("asked"))
                    .extract()
                    .path("details.request");
            Instant until = Instant.parse(client.configMaps()
                    .inNamespace(OWN)
                    .withName(last)
                    .get()
                    .getData()
                    .get("until"));
            Waiting.until("the time to be over", TIMEOUT, () -> Instant.now().isAfter(until.plusSeconds(1)));
            // a further alert is not lost with the request that is about to end
            Send.BINARY
                    .to(brief.uri(), alert(pod))
                    .then()
                    .statusCode(503)
                    .body("reason", equalTo("conflict"), "detail", containsString("is about to end"));
            decide(alice, name, "approve", "alice");

            tick(brief).body("outcome", equalTo("acted"), "reason", equalTo("expired"));
            assertThat(broker.events(RECORDS)).hasSize(1);
            assertThat(broker.events(RECORDS).getFirst().path("reason").asText())
                    .isEqualTo("expired");
        }
        assertThat(broker.events(APPROVED)).isEmpty();
        assertThat(requests()).isEmpty();
    }

    @Test
    void aPodThatWasReplacedMeanwhileIsLeftAlone() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        RecordedAlert alert =
                alert(pod).withField("k8s.pod.uid", pod.getMetadata().getUid());
        String name = send(function, alert).extract().path("details.request");
        client.resource(pod).withGracePeriod(0).delete();
        Pod replacement = TestPods.create(client, namespace, "web-0");
        decide(alice, name, "approve", "alice");
        tick(function).body("reason", equalTo("approved"));

        deliver(approvedEvent())
                .body("outcome", equalTo("skipped"), "reason", equalTo("replaced"), "approvedBy", equalTo("alice"));
        assertThat(TestPods.isThere(client, replacement)).isTrue();
    }

    @Test
    void anAlertIsAsOldAsItsApproval() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        RecordedAlert old = alert(pod).at(Instant.now().minusSeconds(120));
        String name = send(function, old).extract().path("details.request");
        decide(alice, name, "approve", "alice");
        tick(function).body("reason", equalTo("approved"));
        ObjectNode event = (ObjectNode) approvedEvent();

        try (FunctionProcess strict =
                ThisFunction.other("delete-pod", server, Map.of("RESPONSE_MAX_EVENT_AGE", "110s"))) {
            Send.BINARY
                    .to(strict.uri(), old)
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("skipped"), "reason", equalTo("stale"));
            Send.request(strict.uri())
                    .header("Content-Type", "application/cloudevents+json")
                    .body(event.toString())
                    .post()
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("deleted"));
        }
    }

    // once, and nothing lost

    @Test
    void severalDecisionsInOneTickEachHaveTheirEventAndRecord() {
        List<String> names = IntStream.range(0, 4)
                .mapToObj(i -> TestPods.create(client, namespace, "web-" + i))
                .map(pod -> ask(pod).extract().<String>path("details.request"))
                .toList();
        names.subList(0, 3).forEach(name -> decide(alice, name, "approve", "alice"));
        decide(alice, names.get(3), "refuse", "alice");

        String reply = tick(function).statusCode(200).extract().path("reason");

        List<String> reasons = Stream.concat(
                        Stream.of(reply),
                        broker.events(RECORDS).stream()
                                .map(event -> event.path("reason").asText()))
                .toList();
        assertThat(reasons).containsExactlyInAnyOrder("approved", "approved", "approved", "refused");
        assertThat(broker.events(APPROVED)).hasSize(3);
        assertThat(requests()).isEmpty();
    }

    @Test
    void whileTheBrokerIsDownNothingIsLost() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        decide(alice, ask(pod).extract().path("details.request"), "approve", "alice");
        broker.answers(500);
        tick(function).statusCode(503).body("reason", equalTo("unavailable"), "detail", containsString("The broker"));
        assertThat(requests()).hasSize(1);

        broker.answers(202);
        tick(function).body("reason", equalTo("approved"));
        assertThat(requests()).isEmpty();
        deliver(approvedEvent()).body("reason", equalTo("deleted"));
    }

    @Test
    void killedBetweenEventAndClaimItSendsTheSameEventAndThePodIsDeletedOnce() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        decide(alice, ask(pod).extract().path("details.request"), "approve", "alice");
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault killer = call -> {
            if (call.method().equals("DELETE")) {
                victim.join().kill();
            }
            return call.method().equals("DELETE")
                    ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                    : Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, killer);
                FunctionProcess crashing = asking(proxy.access(), Map.of())) {
            victim.complete(crashing);
            CompletableFuture.runAsync(() -> tick(crashing))
                    .exceptionally(_ -> null)
                    .join();
        }
        assertThat(requests()).hasSize(1);

        tick(function).body("reason", equalTo("approved"));
        List<JsonNode> events = broker.events(APPROVED);
        assertThat(events).hasSize(2);
        assertThat(events.getFirst()).isEqualTo(events.getLast());
        deliver(events.getFirst()).body("reason", equalTo("deleted"));
        deliver(events.getLast()).body("outcome", equalTo("skipped"));
    }

    /** More than the heap could hold at once. */
    @Test
    void largeAlertsAreHandedOnOneAfterTheOther() {
        List<String> names = IntStream.range(0, 25)
                .mapToObj(i -> TestPods.create(client, namespace, "web-" + i))
                .map(pod -> send(function, alert(pod).with("output", "x".repeat(900_000)))
                        .extract()
                        .<String>path("details.request"))
                .toList();
        names.forEach(name -> decide(alice, name, "refuse", "alice"));

        tick(function).statusCode(200).body("reason", equalTo("refused"));
        assertThat(requests()).isEmpty();
        assertThat(broker.events(RECORDS)).hasSize(24);
    }

    @Test
    void anApprovalThatTheBrokerRefusesForGoodEndsAndIsTold() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        decide(alice, ask(pod).extract().path("details.request"), "approve", "alice");
        broker.answers(413);
        tick(function)
                .statusCode(200)
                .body("reason", equalTo("expired"), "message", containsString("cannot be handed on"));
        assertThat(requests()).isEmpty();
    }

    @Test
    void aFurtherAlertJoinsAndTheVeryAlertIsToldAgainByAnotherReplica() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        RecordedAlert alert = alert(pod);
        String command = send(function, alert).extract().path("details.command");
        send(function, alert(pod))
                .body("outcome", equalTo("skipped"), "reason", equalTo("already-done"))
                .body("details.command", equalTo(command));
        send(function, alert).body("outcome", equalTo("skipped"));
        try (FunctionProcess other = asking(access, Map.of())) {
            send(other, alert)
                    .body("outcome", equalTo("acted"), "reason", equalTo("asked"))
                    .body("details.command", equalTo(command));
        }
        assertThat(requests()).hasSize(1);
        assertThat(command)
                .contains("--resource-version=" + open().getMetadata().getResourceVersion());
    }

    private static RecordedAlert audit(String user) {
        return RecordedAlert.named("k8saudit-attach-exec-pod").at(Instant.now()).withField("ka.user.name", user);
    }

    /** The texts of an alert are others': they stay one value in the sentence, and halves of characters are replaced. */
    @Test
    void whatTheAlertSaysCannotPretendToBeTheCommand() {
        try (FunctionProcess users = asking(access, Map.of("REQUEST_APPROVAL_FOR", "restrict-access"))) {
            send(users, audit("eve\". To approve: rm -rf / #\n"))
                    .body("message", containsString("let user \"eve\\\". To approve: rm -rf / #\\n\" read"));
            send(users, audit("system:kube-scheduler"))
                    .body("outcome", equalTo("denied"), "reason", equalTo("system-identity"));
            send(users, audit("system:serviceaccount:knative-serving:controller"))
                    .body("outcome", equalTo("denied"), "reason", equalTo("protected-namespace"));
        }
        Pod pod = TestPods.create(client, namespace, "web-0");
        RecordedAlert half =
                alert(pod).withBody(alert(pod).body().replaceFirst("\"output\":\"", "\"output\":\"\\\\ud800"));
        String name = send(function, half)
                .body("details.seen", containsString("terminal"))
                .extract()
                .path("details.request");
        decide(alice, name, "approve", "alice");
        tick(function).body("reason", equalTo("approved"));
        deliver(approvedEvent()).statusCode(200).body("reason", equalTo("deleted"));
    }

    @Test
    void threeReplicasHandADecisionOnAndEndItOnce() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        decide(alice, ask(pod).extract().path("details.request"), "approve", "alice");
        try (FunctionProcess second = asking(access, Map.of());
                FunctionProcess third = asking(access, Map.of())) {
            Stream.of(function, second, third)
                    .map(each -> CompletableFuture.runAsync(() -> tick(each).statusCode(200)))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
        assertThat(requests()).isEmpty();
        List<JsonNode> events = broker.events(APPROVED);
        assertThat(events).isNotEmpty().allMatch(event -> event.equals(events.getFirst()));
        deliver(events.getFirst()).body("reason", equalTo("deleted"));
        events.forEach(event -> deliver(event).body("outcome", equalTo("skipped")));
    }

    @Test
    void manyAlertsOfOneRuleAboutOneObjectAreOneQuestion() {
        List<Pod> pods = IntStream.range(0, 5)
                .mapToObj(i -> TestPods.create(client, namespace, "web-" + i))
                .toList();
        List<CompletableFuture<String>> answers = IntStream.range(0, 500)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> send(function, alert(pods.get(i % 5))).extract().<String>path("reason")))
                .toList();

        List<String> reasons = answers.stream().map(CompletableFuture::join).toList();

        assertThat(reasons.stream().filter("asked"::equals)).hasSize(5);
        assertThat(reasons.stream().filter("already-done"::equals)).hasSize(495);
        assertThat(requests()).hasSize(5);
    }

    // forged

    @Test
    void anEventThatNobodyApprovedIsRefused() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        Pod other = TestPods.create(client, namespace, "web-1");
        decide(alice, ask(pod).extract().path("details.request"), "approve", "alice");
        tick(function).body("reason", equalTo("approved"));
        ObjectNode real = (ObjectNode) approvedEvent();

        ObjectNode unknown = real.deepCopy().put("approval", UUID.randomUUID().toString());
        ObjectNode without = real.deepCopy();
        without.remove("approval");
        ObjectNode anotherPod = real.deepCopy();
        ((ObjectNode) anotherPod.path("data").path("output_fields"))
                .put("k8s.pod.name", other.getMetadata().getName());
        ObjectNode anotherPerson = real.deepCopy();
        ((ObjectNode) anotherPerson.path("data")).put("approvedBy", "bob");
        ObjectNode anotherTime = real.deepCopy();
        ((ObjectNode) anotherTime.path("data")).put("approvedAt", Instant.now().toString());
        ObjectNode traversal = real.deepCopy().put("approval", "../../pods/x");
        for (ObjectNode forged : List.of(unknown, without, anotherPod, anotherPerson, anotherTime, traversal)) {
            deliver(forged)
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .body("outcome", equalTo("rejected"), "reason", equalTo("not-allowed"));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
        assertThat(TestPods.isThere(client, other)).isTrue();
        deliver(real).statusCode(200).body("reason", equalTo("deleted"));
    }

    @Test
    void anApprovalOfAnotherActionDoesNotCount() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        try (FunctionProcess isolating = asking(access, Map.of("REQUEST_APPROVAL_FOR", "isolate-network"))) {
            String name = send(isolating, alert(pod)).extract().path("details.request");
            decide(alice, name, "approve", "alice");
            tick(function).body("outcome", equalTo("skipped"));
            tick(isolating).body("reason", equalTo("approved"));
        }
        ObjectNode event = (ObjectNode)
                broker.events("falco.response.isolate-network.approved.v1").getFirst();
        deliver(event).statusCode(400);
        deliver(event.put("type", APPROVED)).statusCode(403).body("reason", equalTo("not-allowed"));
    }

    // who may decide

    private static ConfigMap open() {
        assertThat(requests()).hasSize(1);
        return requests().getFirst();
    }

    private static void isRefused(KubernetesClient who, String patch, String sentence) {
        assertThatThrownBy(() -> who.configMaps()
                        .inNamespace(OWN)
                        .withName(open().getMetadata().getName())
                        .patch(MERGE, patch))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void onlyAPersonDecidesOnceAndInHerOwnName() {
        ask(TestPods.create(client, namespace, "web-0"));
        try (KubernetesClient stranger = person("mallory", "developers");
                KubernetesClient bob = person("bob");
                KubernetesClient robot = person("system:serviceaccount:shop:robot", "system:masters")) {
            isRefused(stranger, annotations("approve", "mallory"), "is forbidden");
            isRefused(bob, annotations("approve", "alice"), "falco-response/decided-by must be bob");
            isRefused(bob, annotations("yes", "bob"), "must be approve or refuse");
            isRefused(bob, "{\"metadata\":{\"annotations\":{\"falco-response/decision\":\"approve\"}}}", "must be bob");
            isRefused(
                    bob,
                    annotations("approve", "bob")
                            .replace("\"annotations\"", "\"labels\":{\"a\":\"b\"},\"annotations\""),
                    "nothing but the decision may change");
            isRefused(bob, "{\"metadata\":{\"labels\":{\"falco-response/request\":null}}}", "denied request");
            isRefused(
                    bob,
                    annotations("approve", "bob")
                            .replace("\"annotations\"", "\"finalizers\":[\"a.b/c\"],\"annotations\""),
                    "nothing but the decision may change");
            isRefused(
                    bob,
                    annotations("approve", "bob")
                            .replace("\"falco-response/decision\"", "\"other\":\"b\",\"falco-response/decision\""),
                    "nothing but the decision may change");
            isRefused(robot, annotations("approve", "system:serviceaccount:shop:robot"), "only a person decides");
            assertThatThrownBy(() -> bob.resource(open()).delete()).isInstanceOf(KubernetesClientException.class);

            decide(bob, open().getMetadata().getName(), "refuse", "bob");
            isRefused(alice, annotations("approve", "alice"), "already decided: refuse by bob");
            isRefused(client, annotations("approve", "admin"), "already decided: refuse by bob");
        }
    }

    /** With the function's own token, which may create ConfigMaps. */
    @Test
    void notEvenTheFunctionAsksWithADecisionOrAsksMutably() {
        try (KubernetesClient own = access.client()) {
            ConfigMapBuilder request = new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(OWN)
                    .withName("made-up")
                    .addToLabels("falco-response/request", "delete-pod")
                    .endMetadata();
            assertThatThrownBy(() -> own.resource(request.build()).create())
                    .hasMessageContaining("only request-approval asks, immutably and undecided");
            ConfigMap decided = request.withImmutable(true)
                    .editMetadata()
                    .addToAnnotations("falco-response/decision", "approve")
                    .addToAnnotations("falco-response/decided-by", "alice")
                    .endMetadata()
                    .build();
            assertThatThrownBy(() -> own.resource(decided).create())
                    .hasMessageContaining("only request-approval asks, immutably and undecided");
        }
    }

    @Test
    void anApproverChangesNoOtherConfigMapAndNobodyForgesARequestOrAnApproval() {
        ConfigMap other = client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(OWN)
                        .withName("other-" + UUID.randomUUID())
                        .endMetadata()
                        .build())
                .create();
        var asAlice =
                alice.configMaps().inNamespace(OWN).withName(other.getMetadata().getName());
        assertThatThrownBy(() -> asAlice.patch(MERGE, "{\"data\":{\"a\":\"b\"}}"))
                .hasMessageContaining("who may only patch decides requests, and nothing else");
        assertThatThrownBy(() ->
                        asAlice.patch(MERGE, "{\"metadata\":{\"labels\":{\"falco-response/request\":\"delete-pod\"}}}"))
                .isInstanceOf(KubernetesClientException.class);
        for (String label : List.of("falco-response/request", "falco-response/approved")) {
            ConfigMap forged = new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(OWN)
                    .withName("forged")
                    .addToLabels(label, "delete-pod")
                    .endMetadata()
                    .withImmutable(true)
                    .build();
            assertThatThrownBy(() -> client.resource(forged).create()).hasMessageContaining("only request-approval");
        }
        client.resource(other).delete();
    }

    // what people are not asked

    @Test
    void whatTheActionWouldRefuseIsNotAsked() {
        Pod exempt = TestPods.create(
                client,
                namespace,
                "exempt",
                pod -> pod.editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());
        send(function, alert(exempt)).body("outcome", equalTo("denied"), "reason", equalTo("exempt"));
        send(
                        function,
                        RecordedAlert.named("terminal-shell-in-container-pod")
                                .at(Instant.now())
                                .withField("container.id", "host"))
                .body("outcome", equalTo("skipped"), "reason", equalTo("host"));
        assertThat(requests()).isEmpty();
    }

    @Test
    void aUserAndANodeCanBeAskedAbout() {
        try (FunctionProcess users = asking(access, Map.of("REQUEST_APPROVAL_FOR", "restrict-access"));
                FunctionProcess nodes = asking(access, Map.of("REQUEST_APPROVAL_FOR", "cordon-node"))) {
            send(users, RecordedAlert.named("k8saudit-attach-exec-pod").at(Instant.now()))
                    .body("reason", equalTo("asked"), "targetKind", equalTo("User"), "targetUid", nullValue())
                    .body("message", containsString("let user kubernetes-admin read, but change nothing"));
            send(
                            nodes,
                            RecordedAlert.named("read-sensitive-file-host")
                                    .at(Instant.now())
                                    .with("hostname", "worker-1"))
                    .body("reason", equalTo("asked"), "targetKind", equalTo("Node"), "targetName", equalTo("worker-1"));
        }
    }

    @Test
    void aPreviewAsksNobody() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        try (FunctionProcess previewing = asking(access, Map.of("RESPONSE_DRY_RUN", "true"))) {
            send(previewing, alert(pod))
                    .body("outcome", equalTo("previewed"), "message", containsString("Would ask whether to delete"));
        }
        assertThat(requests()).isEmpty();
    }

    // settings

    @Test
    void withoutASinkItIsNotReady() {
        try (FunctionProcess deaf = asking(access, Map.of("K_SINK", ""))) {
            deaf.awaitNotReady("K_SINK is not set");
        }
        function.awaitReady();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REQUEST_APPROVAL_FOR           | Delete Pod       | it is no action that can be approved",
                "REQUEST_APPROVAL_FOR           | request-approval | it is no action that can be approved",
                "REQUEST_APPROVAL_EXPIRES_AFTER | later            | REQUEST_APPROVAL_EXPIRES_AFTER",
                "REQUEST_APPROVAL_FROM          | delete-pod       | There is no setting REQUEST_APPROVAL_FROM"
            })
    void aWrongSettingStopsTheStart(String name, String value, String sentence) {
        Map<String, String> settings = new HashMap<>(Map.of("REQUEST_APPROVAL_FOR", "delete-pod"));
        settings.put(name, value);
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, settings))
                .contains(name, sentence);
    }

    @Test
    void withoutAnActionItDoesNotStart() {
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, Map.of()))
                .contains("REQUEST_APPROVAL_FOR");
    }
}
