package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Undo restores the pod as it was. */
@NeedsKubeApiServer
class ReleaseIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UNDO = "falco.response.isolate-network.undo.v1";
    private static final String MARK = "falco-response/quarantine";

    private static KubeApiServer server;
    private static KubernetesClient client;
    private static KubeAccess access;
    private static FunctionProcess isolate;
    private String namespace = "";

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(server.client(), ThisFunction.MANIFESTS.resolve("fence.yaml"));
        isolate = ThisFunction.acting(access, Map.of("RESPONSE_COOLDOWN", "0s"));
    }

    @AfterAll
    static void stop() {
        isolate.close();
    }

    @BeforeEach
    void newNamespace() {
        namespace = server.newNamespace();
        client.resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("web")
                        .endMetadata()
                        .withNewSpec()
                        .addToSelector("app", "web")
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
    }

    private Pod pod(String name) {
        return TestPods.create(
                client,
                namespace,
                name,
                pod -> pod.editMetadata().addToLabels("team", "till").endMetadata());
    }

    private Pod isolated(String name) {
        Pod pod = pod(name);
        isolate(pod).body("reason", equalTo("isolated"));
        return pod;
    }

    private static ValidatableResponse isolate(Pod pod) {
        TestPods.awaitCached(client, pod);
        return Send.BINARY.to(isolate.uri(), RecordedAlert.shellIn(pod)).then().statusCode(200);
    }

    private static Response event(FunctionProcess function, String type, Map<String, String> data) {
        return Send.event(function.uri(), type, JSON.valueToTree(data).toString());
    }

    private static Response request(FunctionProcess function, Pod pod) {
        return event(
                function,
                UNDO,
                Map.of(
                        "namespace", pod.getMetadata().getNamespace(),
                        "pod", pod.getMetadata().getName()));
    }

    private static Response ping(FunctionProcess function) {
        return event(function, "dev.knative.sources.ping", Map.of());
    }

    private static Map<String, String> labels(Pod pod) {
        return client.resource(pod).get().getMetadata().getLabels();
    }

    /** The pod as it is now, not as it was read: the base of the next change. */
    private static PodResource live(Pod pod) {
        return client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName());
    }

    private static Map<String, String> annotations(Pod pod) {
        return Optional.ofNullable(client.resource(pod).get().getMetadata().getAnnotations())
                .orElse(Map.of());
    }

    private List<NetworkPolicy> policies() {
        return client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .list()
                .getItems();
    }

    private void assertGivenBack(Pod pod) {
        assertThat(labels(pod)).isEqualTo(Map.of("app", "web", "team", "till"));
        assertThat(annotations(pod)).isEmpty();
        assertThat(policies()).isEmpty();
    }

    @Test
    void itGetsItsLabelsBackAndLosesPolicyAndMarks() {
        Pod pod = isolated("web-1");

        request(isolate, pod)
                .then()
                .statusCode(200)
                .body("outcome", equalTo("acted"), "reason", equalTo("released"))
                .body("details.restoredLabels", equalTo(Map.of("app", "web")))
                .body("details.removedPolicies", hasSize(1))
                .body("details.isolatedByRule", equalTo("Terminal shell in container"));

        assertGivenBack(pod);
    }

    @Test
    void thatItsControllerMayRemoveOneIsSaid() {
        Pod pod = TestPods.create(client, namespace, "web-1", TestPods.ownedBy("apps/v1", "ReplicaSet", "web-7c5d"));
        isolate(pod);

        request(isolate, pod)
                .then()
                .body(
                        "message",
                        containsString(
                                "it belongs to ReplicaSet/web-7c5d again, which may now remove one of its pods"));
    }

    @Test
    void onceMoreThereIsNothingLeftToDo() {
        Pod pod = isolated("web-1");
        request(isolate, pod).then().body("reason", equalTo("released"));

        request(isolate, pod).then().statusCode(200).body("reason", equalTo("nothing-to-undo"));

        assertGivenBack(pod);
    }

    @Test
    void aPodThatWasNeverCutOffStaysAsItIs() {
        Pod pod = pod("web-1");

        request(isolate, pod).then().statusCode(200).body("outcome", equalTo("skipped"));

        assertThat(labels(pod)).isEqualTo(Map.of("app", "web", "team", "till"));
    }

    @Test
    void labelsThatOthersChangedSinceStay() {
        Pod pod = isolated("web-1");
        live(pod)
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .addToLabels("app", "other")
                        .addToLabels("team", "forensics")
                        .addToLabels("incident", "4711")
                        .endMetadata()
                        .build());

        request(isolate, pod)
                .then()
                .body("reason", equalTo("released"))
                .body("details.restoredLabels", equalTo(Map.of()));

        assertThat(labels(pod)).isEqualTo(Map.of("app", "other", "team", "forensics", "incident", "4711"));
        assertThat(policies()).isEmpty();
    }

    @Test
    void someoneElsesPolicyStays() {
        Pod pod = isolated("web-1");
        NetworkPolicy ours = policies().getFirst();
        ours.getMetadata().setLabels(Map.of());
        client.resource(ours).update();

        request(isolate, pod).then().body("reason", equalTo("released"));

        assertThat(policies()).hasSize(1);
    }

    @Test
    void anIsolationThatWasCutOffHalfWayIsTakenBackToo() {
        Pod pod = pod("web-1");
        try (ApiProxy proxy = ApiProxy.before(
                        access,
                        call -> call.method().equals("PATCH") && call.uri().contains("/pods/")
                                ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                                : Optional.empty());
                FunctionProcess half = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY.to(half.uri(), RecordedAlert.shellIn(pod)).then().statusCode(503);
        }
        assertThat(policies()).hasSize(1);

        request(isolate, pod).then().statusCode(200).body("reason", equalTo("released"));

        assertGivenBack(pod);
    }

    @Test
    void afterwardsItCanBeCutOffAgain() {
        Pod pod = isolated("web-1");
        request(isolate, pod).then().body("reason", equalTo("released"));

        isolate(pod).body("reason", equalTo("isolated"));

        assertThat(labels(pod)).containsKey(MARK);
    }

    @Test
    void aPreviewChangesNothing() {
        Pod pod = isolated("web-1");
        String version = client.resource(pod).get().getMetadata().getResourceVersion();

        Send.event(
                        isolate.uri(),
                        UNDO,
                        "{\"namespace\":\"%s\",\"name\":\"web-1\",\"dryRun\":true}".formatted(namespace))
                .then()
                .statusCode(200)
                .body("outcome", equalTo("previewed"), "message", containsString("Would release"))
                .body("dryRun", equalTo(true), "details.restoredLabels", equalTo(Map.of("app", "web")));

        assertThat(client.resource(pod).get().getMetadata().getResourceVersion())
                .isEqualTo(version);
        assertThat(policies()).hasSize(1);
    }

    @Test
    void neitherDryRunNorGuardsNorLimitsKeepAPodIsolated() {
        Pod pod = isolated("web-1");
        live(pod)
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata()
                        .build());
        Map<String, String> strict = Map.of(
                "RESPONSE_DRY_RUN", "true",
                "RESPONSE_RULES", "Some other rule",
                "RESPONSE_MIN_PRIORITY", "critical",
                "RESPONSE_PROTECTED_NAMESPACES", namespace,
                "RESPONSE_BUDGET", "1/1m");
        try (FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, access, strict)) {
            request(function, pod).then().statusCode(200).body("reason", equalTo("released"), "dryRun", equalTo(false));
        }
        assertThat(policies()).isEmpty();
    }

    @Test
    void aRequestThatNamesNoPodIsRejected() {
        event(isolate, UNDO, Map.of("namespace", namespace))
                .then()
                .statusCode(400)
                .body("detail", equalTo("name is missing"));
    }

    @Test
    void aRequestWithAnotherUidIsAboutAnotherPod() {
        Pod pod = isolated("web-1");

        event(
                        isolate,
                        UNDO,
                        Map.of(
                                "namespace",
                                namespace,
                                "pod",
                                "web-1",
                                "uid",
                                UUID.randomUUID().toString()))
                .then()
                .body("reason", equalTo("replaced"));
        assertThat(labels(pod)).containsKey(MARK);
    }

    @Test
    void itsOwnReplyIsRefused() {
        event(isolate, "falco.response.isolate-network.v1", Map.of("action", "isolate-network"))
                .then()
                .statusCode(400);
    }

    private Pod isolatedUntil(String name, Instant expiry) {
        Pod pod = isolated(name);
        live(pod)
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .addToAnnotations("falco-response/expires-at", expiry.toString())
                        .endMetadata()
                        .build());
        return pod;
    }

    @Test
    void theClockReleasesWhatHasExpiredAndNothingElse() {
        Pod over = isolatedUntil("web-1", Instant.now().minusSeconds(1));
        Pod later = isolatedUntil("web-2", Instant.now().plusSeconds(3600));
        Pod never = isolated("web-3");
        Pod odd = isolated("web-4");
        live(odd)
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .addToAnnotations("falco-response/expires-at", "tomorrow")
                        .endMetadata()
                        .build());

        ping(isolate)
                .then()
                .statusCode(200)
                .header("ce-type", "falco.response.isolate-network.v1")
                .body("outcome", equalTo("acted"), "reason", equalTo("released"))
                .body("details.objects", hasItem(namespace + "/web-1 acted/released"));

        assertThat(labels(over)).doesNotContainKey(MARK).containsEntry("app", "web");
        assertThat(List.of(later, never, odd)).allMatch(pod -> labels(pod).containsKey(MARK));
        ping(isolate).then().statusCode(200).body("outcome", equalTo("skipped"), "reason", equalTo("nothing-to-undo"));
    }

    @Test
    void whatTheClockReleasesLeavesARecordOfItsOwn() throws Exception {
        Pod over = isolatedUntil("web-1", Instant.now().minusSeconds(1));
        String eventId = annotations(over).get("falco-response/event-id");
        try (FunctionProcess function = ThisFunction.acting(access, Map.of())) {
            ping(function).then().statusCode(200);

            assertThat(function.records()).hasSize(1);
            JsonNode record = JSON.readTree(function.records().getFirst());
            assertThat(record.path("reason").asText()).isEqualTo("released");
            assertThat(record.path("pod").asText()).isEqualTo("web-1");
            assertThat(record.path("podUid").asText())
                    .isEqualTo(over.getMetadata().getUid());
            assertThat(record.path("eventId").asText()).isEqualTo(eventId);
            assertThat(record.path("rule").asText()).isEqualTo("Terminal shell in container");
        }
    }

    @Test
    void whatCannotBeReleasedYetIsTriedAgain() {
        isolatedUntil("web-1", Instant.now().minusSeconds(1));
        Pod second = isolatedUntil("web-2", Instant.now().minusSeconds(1));
        ApiProxy.Fault broken =
                call -> call.method().equals("PATCH") && call.uri().contains("/web-1")
                        ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                        : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, broken);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of())) {
            ping(function)
                    .then()
                    .statusCode(503)
                    .body("reason", equalTo("unavailable"))
                    .body("detail", containsString("/web-1 failed/unavailable"))
                    .body("detail", containsString("/web-2 acted/released"));
        }
        assertThat(labels(second)).doesNotContainKey(MARK);
        ping(isolate).then().statusCode(200).body("outcome", equalTo("acted"));
        assertThat(policies()).isEmpty();
    }

    /** The process is killed at its n-th call about the pod. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void killedAnywhereAndRepeatedItEndsTheSame(int last) {
        Pod pod = isolated("web-1");
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault kill = call -> {
            if (call.uri().contains(namespace) && calls.incrementAndGet() == last) {
                victim.join().kill();
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, kill);
                FunctionProcess function = ThisFunction.acting(proxy.access(), new HashMap<>())) {
            victim.complete(function);
            CompletableFuture.runAsync(() -> request(function, pod))
                    .exceptionally(_ -> null)
                    .join();
        }

        String reason = request(isolate, pod).then().statusCode(200).extract().path("reason");

        assertThat(reason).isIn("released", "nothing-to-undo");
        assertGivenBack(pod);
    }

    @Test
    void whoeverAsksWhileItIsBeingCutOffComesOutClean() {
        Pod pod = pod("web-1");
        CompletableFuture<Void> cutting = CompletableFuture.runAsync(() -> isolate(pod));
        request(isolate, pod).then().statusCode(200);
        cutting.join();

        request(isolate, pod).then().statusCode(200);

        assertGivenBack(pod);
    }

    @Test
    void withTheShippedRoleItIsReady() {
        isolate.awaitReady();
    }

    @Test
    void aMarkThatSomeoneTookAwayIsNoReasonToKeepTheLabels() {
        Pod pod = isolated("web-1");
        live(pod)
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .removeFromLabels(MARK)
                        .endMetadata()
                        .build());

        request(isolate, pod)
                .then()
                .body("reason", equalTo("released"))
                .body("details.restoredLabels", equalTo(Map.of("app", "web")));

        assertGivenBack(pod);
    }

    @Test
    void whatTheServerWouldNotTakeBackStaysCutOff() {
        Pod pod = isolated("web-1");
        ApiProxy.Fault refused = call -> call.method().equals("PATCH")
                ? Optional.of(new ApiProxy.Answer(
                        422,
                        Map.of("Content-Type", "application/json"),
                        "{\"kind\":\"Status\",\"reason\":\"Invalid\",\"code\":422,\"message\":\"no\","
                                + "\"details\":{\"kind\":\"Pod\"}}"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, refused);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of())) {
            request(function, pod).then().statusCode(422).body("reason", equalTo("refused-by-admission"));
        }
        assertThat(policies()).hasSize(1);
    }
}
