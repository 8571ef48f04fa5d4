package dev.falcoresponse.cordonnode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.PagedNodes;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ShippedRole;
import dev.falcoresponse.testing.TestNodes;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exactly the alert's node is cordoned, within its rails, and taken back; Nodes are objects without kubelets. */
@NeedsKubeApiServer
class CordonNodeIT {
    private static final String LABEL = "falco-response/quarantine";

    private static KubeApiServer server;
    private static KubernetesClient client;
    private static KubeAccess access;
    private static FunctionProcess function;
    private String namespace = "";

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("fence.yaml"));
        function = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void threeWorkers() {
        namespace = server.newNamespace();
        List.of("worker-1", "worker-2", "worker-3").forEach(name -> node(name, each -> each));
    }

    @AfterEach
    void removeNodes() {
        client.nodes().delete();
        client.configMaps()
                .inNamespace("falco-response")
                .withLabel("app.kubernetes.io/managed-by", "falco-response")
                .delete();
    }

    private static Node node(String name, UnaryOperator<NodeBuilder> change) {
        return TestNodes.create(
                client, change.apply(new NodeBuilder(TestNodes.ready(name))).build());
    }

    private static Node now(String name) {
        return client.nodes().withName(name).get();
    }

    private static void edit(String name, UnaryOperator<NodeBuilder> change) {
        client.nodes()
                .withName(name)
                .edit(node -> change.apply(new NodeBuilder(node)).build());
    }

    private RecordedAlert podAlert(String node) {
        Pod pod = TestPods.create(client, namespace, "web-" + UUID.randomUUID(), TestPods.onNode(node));
        return withId(RecordedAlert.shellIn(pod));
    }

    private static RecordedAlert hostAlert(String hostname) {
        return withId(RecordedAlert.named("read-sensitive-file-host")
                .at(Instant.now())
                .with("hostname", hostname));
    }

    private static RecordedAlert withId(RecordedAlert alert) {
        return alert.with("uuid", UUID.randomUUID().toString());
    }

    private static ValidatableResponse send(RecordedAlert alert) {
        return send(function, alert);
    }

    private static ValidatableResponse send(FunctionProcess receiver, RecordedAlert alert) {
        return Send.BINARY.to(receiver.uri(), alert).then();
    }

    private static ValidatableResponse cordoned(RecordedAlert alert) {
        return send(alert).statusCode(200).body("outcome", equalTo("acted"), "reason", equalTo("cordoned"));
    }

    private static ValidatableResponse event(String type, String data) {
        return Send.event(function.uri(), type, data).then().statusCode(200);
    }

    private static ValidatableResponse undo(String node) {
        return event("falco.response.cordon-node.undo.v1", "{\"node\":\"" + node + "\"}");
    }

    private static List<String> slots() {
        return client
                .configMaps()
                .inNamespace("falco-response")
                .withLabel("app.kubernetes.io/managed-by", "falco-response")
                .list()
                .getItems()
                .stream()
                .map(each -> each.getMetadata().getName() + " " + each.getData().get("node"))
                .toList();
    }

    // lost answers

    @Test
    void whatWasDoneWithoutAnAnswerIsToldAlsoOnceThePodIsGone() {
        AtomicBoolean lost = new AtomicBoolean(true);
        RecordedAlert alert = podAlert("worker-2");
        try (ApiProxy proxy = ApiProxy.losing(access, call -> call.method().equals("PATCH") && lost.getAndSet(false));
                FunctionProcess losing = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_COOLDOWN", "0s"))) {
            send(losing, alert).statusCode(503).body("reason", equalTo("timeout"));
            client.pods().inNamespace(namespace).withGracePeriod(0).delete();
            send(losing, alert)
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("cordoned"))
                    .body("targetName", equalTo("worker-2"), "identity", equalTo("container"));

            lost.set(true);
            String type = "falco.response.cordon-node.undo.v1";
            Send.event(losing.uri(), "undo-1", type, "{\"node\":\"worker-2\"}")
                    .then()
                    .statusCode(503);
            Send.event(losing.uri(), "undo-1", type, "{\"node\":\"worker-2\"}")
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("uncordoned"));
            assertThat(now("worker-2").getSpec().getUnschedulable()).isNotEqualTo(true);
            assertThat(slots()).isEmpty();
        }
    }

    @Test
    void anUndoThatStoppedHalfwayIsNobodyElsesDoing() {
        cordoned(podAlert("worker-2"));
        AtomicBoolean away = new AtomicBoolean(true);
        ApiProxy.Fault slotStays = call -> call.method().equals("DELETE") && away.getAndSet(false)
                ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, slotStays);
                FunctionProcess stopped = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.event(stopped.uri(), "falco.response.cordon-node.undo.v1", "{\"node\":\"worker-2\"}")
                    .then()
                    .statusCode(503);
        }
        undo("worker-2").body("outcome", equalTo("acted"), "reason", equalTo("uncordoned"));
        assertThat(slots()).isEmpty();
    }

    // which node

    @Test
    void theNodeOfTheAlertsPodIsCordonedWithAllMarksInOneChange() {
        RecordedAlert alert = podAlert("worker-2");
        cordoned(alert)
                .body(
                        "targetKind",
                        equalTo("Node"),
                        "targetName",
                        equalTo("worker-2"),
                        "identity",
                        equalTo("container"))
                .body("node", equalTo("worker-2"), "namespace", equalTo(namespace))
                .header("ce-subject", "worker-2");

        Node node = now("worker-2");
        assertThat(node.getSpec().getUnschedulable()).isTrue();
        assertThat(node.getMetadata().getLabels())
                .containsEntry(LABEL, node.getMetadata().getUid());
        assertThat(node.getMetadata().getAnnotations())
                .containsEntry("falco-response/rule", "Terminal shell in container")
                .containsEntry("falco-response/event-id", alert.member("uuid"))
                .containsKey("falco-response/event-time")
                .containsEntry("cluster-autoscaler.kubernetes.io/scale-down-disabled", "true")
                .containsEntry("karpenter.sh/do-not-disrupt", "true")
                .doesNotContainKeys("falco-response/cordoned-before", "falco-response/expires-at");
        assertThat(slots()).containsExactly("cordoned-1 worker-2");
        Waiting.until(
                "the Kubernetes Event",
                Duration.ofSeconds(20),
                () -> client.events().v1().events().inNamespace("default").list().getItems().stream()
                        .anyMatch(each -> each.getRegarding()
                                        .getUid()
                                        .equals(node.getMetadata().getUid())
                                && each.getReason().equals("cordoned")));
    }

    @Test
    void anAlertAboutTheHostCordonsTheNodeOfThatName() {
        cordoned(hostAlert("worker-1")).body("identity", equalTo("name"), "pod", equalTo(null));

        assertThat(now("worker-1").getSpec().getUnschedulable()).isTrue();
    }

    @Test
    void whereNoNodeHasTheHostnameTheMissingSettingIsNamed() {
        send(hostAlert("falco-x7f2p"))
                .statusCode(200)
                .body("reason", equalTo("not-found"), "message", containsString("FALCO_HOSTNAME"));
    }

    @Test
    void aNodeThatIsYoungerThanTheAlertIsAnotherOne() {
        send(hostAlert("worker-1").at(Instant.now().minusSeconds(60)))
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("replaced"));
        assertThat(now("worker-1").getSpec().getUnschedulable()).isNull();
    }

    @Test
    void thePodMustBeProvenAndHaveANode() {
        send(podAlert("worker-1").withField("container.id", null))
                .body("outcome", equalTo("denied"), "reason", equalTo("unproven"));
        Pod pending = TestPods.create(client, namespace, "pending");
        send(RecordedAlert.shellIn(pending)).body("reason", equalTo("not-found"), "message", containsString("no node"));
        send(hostAlert("worker-1").withField("container.id", "70fe8b31aaaa")).body("reason", equalTo("no-pod"));
    }

    @Test
    void anAlertOfAPluginWithoutAPodIsNotAboutItsOwnNode() {
        RecordedAlert audit = RecordedAlert.named("k8saudit-disallowed-user-no-namespace")
                .at(Instant.now())
                .with("hostname", "worker-1");

        send(audit).statusCode(200).body("reason", equalTo("no-pod"));
    }

    // what is refused

    @ParameterizedTest
    @CsvSource({
        "node-role.kubernetes.io/control-plane, '', control-plane",
        "node-role.kubernetes.io/master, '', control-plane",
        "falco-response/exempt, true, exempt"
    })
    void aNodeWithThatLabelIsLeftAlone(String label, String value, String reason) {
        edit("worker-1", node -> node.editMetadata().addToLabels(label, value).endMetadata());

        send(hostAlert("worker-1")).body("outcome", equalTo("denied"), "reason", equalTo(reason));
        assertThat(now("worker-1").getSpec().getUnschedulable()).isNull();
    }

    @Test
    void thePodsOwnLabelAndOwnerDoNotProtectItsNode() {
        Pod pod = TestPods.create(
                client,
                namespace,
                "agent",
                each -> TestPods.ownedBy("apps/v1", "DaemonSet", "agent")
                        .apply(TestPods.onNode("worker-1").apply(each))
                        .editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());

        cordoned(RecordedAlert.shellIn(pod));
    }

    @Test
    void enoughNodesMustRemain() {
        edit("worker-3", node -> node.editSpec().withUnschedulable(true).endSpec());

        send(hostAlert("worker-1"))
                .body("outcome", equalTo("denied"), "reason", equalTo("too-few-nodes"))
                .body("message", containsString("1 ready, schedulable workers"));
    }

    @Test
    void nodesThatAreNotReadyOrRunTheControlPlaneDoNotCount() {
        edit(
                "worker-2",
                node -> node.editMetadata()
                        .addToLabels("node-role.kubernetes.io/control-plane", "")
                        .endMetadata());

        send(hostAlert("worker-1")).body("reason", equalTo("too-few-nodes"));
    }

    @Test
    void noMoreThanTheMaximumAreCordoned() {
        node("worker-4", each -> each);
        cordoned(hostAlert("worker-1"));

        send(hostAlert("worker-2"))
                .body("outcome", equalTo("denied"), "reason", equalTo("budget"))
                .body("message", containsString("CORDON_NODE_MAX"));
        send(hostAlert("worker-1")).body("reason", equalTo("already-done"));
    }

    @Test
    void alsoWhenSomebodyDeletedTheSlot() {
        node("worker-4", each -> each);
        cordoned(hostAlert("worker-1"));
        client.configMaps().inNamespace("falco-response").withName("cordoned-1").delete();

        send(hostAlert("worker-2")).body("reason", equalTo("budget"));
    }

    // undo

    @Test
    void undoRemovesWhatWasSetAndNothingElse() {
        edit(
                "worker-1",
                node -> node.editMetadata()
                        .addToAnnotations("karpenter.sh/do-not-disrupt", "true")
                        .addToLabels("zone", "a")
                        .endMetadata());
        cordoned(hostAlert("worker-1"));
        edit(
                "worker-1",
                node -> node.editMetadata()
                        .addToLabels("added", "meanwhile")
                        .endMetadata()
                        .editSpec()
                        .addNewTaint("NoExecute", "inspected", null, "true")
                        .endSpec());

        undo("worker-1").body("outcome", equalTo("acted"), "reason", equalTo("uncordoned"));

        Node node = now("worker-1");
        assertThat(node.getSpec().getUnschedulable()).isNull();
        assertThat(node.getSpec().getTaints()).extracting(each -> each.getKey()).contains("inspected");
        assertThat(node.getMetadata().getLabels())
                .doesNotContainKey(LABEL)
                .containsEntry("zone", "a")
                .containsEntry("added", "meanwhile");
        assertThat(node.getMetadata().getAnnotations())
                .containsEntry("karpenter.sh/do-not-disrupt", "true")
                .doesNotContainKey("cluster-autoscaler.kubernetes.io/scale-down-disabled")
                .allSatisfy((name, _) -> assertThat(name).doesNotStartWith("falco-response/"));
        assertThat(slots()).isEmpty();
        undo("worker-1").body("reason", equalTo("nothing-to-undo"));
    }

    @Test
    void aNodeThatAPersonHadCordonedBeforeStaysSo() {
        edit("worker-1", node -> node.editSpec().withUnschedulable(true).endSpec());
        cordoned(hostAlert("worker-1"))
                .body(
                        "details.cordonedBefore",
                        equalTo(true),
                        "message",
                        containsString("a person had cordoned it before"));

        undo("worker-1").body("outcome", equalTo("acted"), "reason", equalTo("released"));

        assertThat(now("worker-1").getSpec().getUnschedulable()).isTrue();
        assertThat(now("worker-1").getMetadata().getLabels()).doesNotContainKey(LABEL);
    }

    @Test
    void aPersonsUncordonIsRespected() {
        RecordedAlert alert = hostAlert("worker-1");
        cordoned(alert);
        edit("worker-1", node -> node.editSpec().withUnschedulable(null).endSpec());

        send(alert).body("reason", equalTo("already-done"), "details.undoneBy", equalTo("hand"));
        assertThat(now("worker-1").getSpec().getUnschedulable()).isNull();

        undo("worker-1").body("reason", equalTo("released"), "message", containsString("has uncordoned it meanwhile"));
        assertThat(now("worker-1").getMetadata().getLabels()).doesNotContainKey(LABEL);
        assertThat(slots()).isEmpty();
    }

    @Test
    void marksWithoutTheLabelAreRemovedTooAndAreNotTakenForAPersons() {
        cordoned(hostAlert("worker-1"));
        edit("worker-1", node -> node.editMetadata().removeFromLabels(LABEL).endMetadata());

        undo("worker-1").body("reason", equalTo("released"), "message", containsString("has removed the label"));

        assertThat(now("worker-1").getMetadata().getAnnotations())
                .allSatisfy((name, _) ->
                        assertThat(name).doesNotStartWith("falco-response/").isNotIn(NodeMarks.AUTOSCALERS));
        assertThat(slots()).isEmpty();
    }

    @Test
    void aSlotAboveAMaximumThatWasLoweredIsFreedToo() {
        node("worker-4", each -> each);
        node("worker-5", each -> each);
        try (FunctionProcess two = ThisFunction.acting(access, Map.of("CORDON_NODE_MAX", "2"))) {
            send(two, hostAlert("worker-1")).body("reason", equalTo("cordoned"));
            send(two, hostAlert("worker-2")).body("reason", equalTo("cordoned"));
        }

        undo("worker-2").body("reason", equalTo("uncordoned"));
        assertThat(slots()).containsExactly("cordoned-1 worker-1");
    }

    @Test
    void afterAPersonsUncordonOurOwnCordonIsOurs() {
        edit("worker-1", node -> node.editSpec().withUnschedulable(true).endSpec());
        cordoned(hostAlert("worker-1")).body("details.cordonedBefore", equalTo(true));
        edit("worker-1", node -> node.editSpec().withUnschedulable(null).endSpec());
        function.close();
        function = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s")); // whose memory is empty

        cordoned(hostAlert("worker-1"));
        undo("worker-1").body("reason", equalTo("uncordoned"));
        assertThat(now("worker-1").getSpec().getUnschedulable()).isNotEqualTo(true);
    }

    @Test
    void aSlotThatWasLeftBehindKeepsNoOtherNodeFromBeingCordoned() {
        Map<String, String> settings = Map.of("CORDON_NODE_MAX", "2", "CORDON_NODE_MIN_SCHEDULABLE", "2");
        ApiProxy.Fault old = call -> call.method().equals("GET") && call.uri().endsWith("/configmaps/cordoned-2")
                ? Optional.of(new ApiProxy.Answer(200, Map.of("Content-Type", "application/json"), """
                        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cordoned-2","uid":"u","resourceVersion":"1",
                         "creationTimestamp":"2020-01-01T00:00:00Z"},"data":{"node":"worker-1","uid":"%s"}}
                        """.formatted(
                                now("worker-1").getMetadata().getUid())))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, old);
                FunctionProcess two = ThisFunction.acting(proxy.access(), settings)) {
            send(two, hostAlert("worker-2")).statusCode(200).body("reason", equalTo("cordoned"));
        }
    }

    @Test
    void aThousandNodesOfRealSizeFitIntoItsMemory() {
        String filler = "x".repeat(18_000);
        ApiProxy.Fault nodes = new PagedNodes(1_000, i -> """
                {"metadata":{"name":"node-%1$d","uid":"u-%1$d","annotations":{"filler":"%2$s"}},"spec":{},
                 "status":{"conditions":[{"type":"Ready","status":"True"}]}}""".formatted(i, filler));
        try (ApiProxy proxy = ApiProxy.before(access, nodes);
                FunctionProcess many = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_COOLDOWN", "0s"));
                ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(senders.submit(
                        () -> send(many, hostAlert("worker-1")).extract().statusCode()));
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isIn(200, 503);
            }
            assertThat(many.isAlive()).isTrue();
            send(many, hostAlert("worker-2")).statusCode(200);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theClockUncordonsWhatHasExpired() {
        cordoned(hostAlert("worker-1"));
        edit(
                "worker-1",
                node -> node.editMetadata()
                        .addToAnnotations(
                                "falco-response/expires-at",
                                Instant.now().minusSeconds(1).toString())
                        .endMetadata());

        event("dev.knative.sources.ping", "{}")
                .body("reason", equalTo("uncordoned"), "details.objects", hasItem("worker-1 acted/uncordoned"));
        assertThat(now("worker-1").getSpec().getUnschedulable()).isNull();
        event("dev.knative.sources.ping", "{}").body("reason", equalTo("nothing-to-undo"));
    }

    @Test
    void aRequestWithAnotherUidIsAboutAnotherNode() {
        cordoned(hostAlert("worker-1"));

        event("falco.response.cordon-node.undo.v1", "{\"node\":\"worker-1\",\"uid\":\"4711\"}")
                .body("reason", equalTo("replaced"));
        assertThat(now("worker-1").getSpec().getUnschedulable()).isTrue();
    }

    // preview

    @Test
    void aPreviewChangesNothingAndIsRefusedAsTheActIs() {
        String version = now("worker-1").getMetadata().getResourceVersion();
        try (FunctionProcess previewing =
                ThisFunction.acting(access, Map.of("RESPONSE_DRY_RUN", "true", "CORDON_NODE_EXPIRES_AFTER", "1h"))) {
            send(previewing, hostAlert("worker-1"))
                    .body("outcome", equalTo("previewed"), "message", containsString("Would cordon Node worker-1"));
            assertThat(now("worker-1").getMetadata().getResourceVersion()).isEqualTo(version);
            assertThat(slots()).isEmpty();

            node("worker-4", each -> each);
            cordoned(hostAlert("worker-1"));
            send(previewing, hostAlert("worker-2")).body("reason", equalTo("budget"));
        }
    }

    // permissions

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"taints\":[{\"key\":\"a\",\"effect\":\"NoExecute\"}]}}",
                "{\"spec\":{\"providerID\":\"other\"}}",
                "{\"metadata\":{\"labels\":{\"node-role.kubernetes.io/control-plane\":\"\"}}}",
                "{\"metadata\":{\"labels\":{\"kubernetes.io/hostname\":null}}}",
                "{\"metadata\":{\"annotations\":{\"other\":\"x\"}}}",
                "{\"metadata\":{\"finalizers\":[\"example.com/x\"]}}"
            })
    void theFenceRefusesEverythingElseWithTheFunctionsOwnToken(String patch) {
        try (KubernetesClient own = access.client()) {
            assertThatThrownBy(
                            () -> own.nodes().withName("worker-1").patch(PatchContext.of(PatchType.JSON_MERGE), patch))
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("cordon-node may only change");
        }
    }

    @Test
    void everyRightOfTheRoleIsNeeded() {
        ShippedRole.in(ThisFunction.MANIFESTS.resolve("rbac.yaml"), client)
                .forEach(role -> role.requireThatEverythingIsNeeded(function));
    }

    @Test
    void withoutTheRoleInItsOwnNamespaceItSaysSo() {
        var role = client.rbac().roles().inNamespace("falco-response").withName("falco-response-cordon-node");
        var whole = role.get();
        role.delete();
        try {
            function.awaitNotReady("may not create configmaps in namespace falco-response");
        } finally {
            whole.getMetadata().setResourceVersion(null);
            client.resource(whole).create();
        }
        function.awaitReady();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CORDON_NODE_MAX             | 0   | with 0 no node could ever be cordoned",
                "CORDON_NODE_MIN_SCHEDULABLE | all | it is no number of nodes, such as 2",
                "CORDON_NODE_MAXIMUM         | 2   | There is no setting CORDON_NODE_MAXIMUM"
            })
    void aWrongSettingStopsTheStart(String name, String value, String sentence) {
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, Map.of(name, value)))
                .contains(name, sentence);
    }
}
