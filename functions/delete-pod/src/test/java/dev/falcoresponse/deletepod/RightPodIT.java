package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Only the alert's pod is deleted; another pod with the same name is not. */
@NeedsKubeApiServer
class RightPodIT {
    private static KubernetesClient client;
    private static KubeAccess access;
    private static FunctionProcess function;
    private static String namespace = "";

    private final RecordedAlert shell =
            RecordedAlert.named("terminal-shell-in-container-pod").at(Instant.now());
    private final RecordedAlert audit =
            RecordedAlert.named("k8saudit-attach-exec-pod").at(Instant.now());

    @BeforeAll
    static void start(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        function = ThisFunction.acting(access, Map.of());
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newNamespace(KubeApiServer server) {
        namespace = server.newNamespace();
    }

    private static ValidatableResponse send(RecordedAlert alert) {
        return Send.BINARY.to(function.uri(), alert).then();
    }

    private static Pod pod() {
        return TestPods.create(client, namespace, "web-0");
    }

    private static Pod recreate(Pod pod) {
        client.resource(pod).withGracePeriod(0).delete();
        return pod();
    }

    @Test
    void aNamesakeSurvivesWhenTheAlertTellsAnotherUid() {
        Pod alerted = pod();
        Pod namesake = recreate(alerted);

        send(shell.about(namesake)
                        .withField("k8s.pod.uid", alerted.getMetadata().getUid()))
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("replaced"))
                .body("podUid", equalTo(alerted.getMetadata().getUid()));

        assertThat(TestPods.isThere(client, namesake)).isTrue();
    }

    @Test
    void aNamesakeSurvivesWhenTheAlertTellsAnotherContainer() {
        Pod alerted = pod();
        Pod namesake = recreate(alerted);

        send(shell.about(alerted).at(Instant.now().minusSeconds(30)))
                .statusCode(200)
                .body("reason", equalTo("replaced"));

        assertThat(TestPods.isThere(client, namesake)).isTrue();
    }

    @Test
    void aContainerThatTheKubeletHasNotReportedYetIsTriedAgain() {
        Pod pod = pod();
        String id = TestPods.newContainerId();
        RecordedAlert starting = shell.at(Instant.now())
                .about(pod)
                .withField("container.id", id.substring("containerd://".length(), 25));

        send(starting).statusCode(503).header("Retry-After", "1").body("reason", equalTo("not-yet-known"));
        assertThat(TestPods.isThere(client, pod)).isTrue();

        String before = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        TestPods.restart(client, pod, before, id);
        send(starting).statusCode(200).body("reason", equalTo("deleted"), "identity", equalTo("container"));
    }

    @Test
    void aNamesakeSurvivesWhenItComesBetweenTheLookAndTheBlow() {
        Pod alerted = pod();
        CompletableFuture<Pod> namesake = new CompletableFuture<>();
        ApiProxy.Fault replaceFirst = call -> {
            if (call.method().equals("DELETE")) {
                namesake.complete(recreate(alerted));
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, replaceFirst);
                FunctionProcess behind = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY
                    .to(behind.uri(), shell.about(alerted))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("skipped"), "reason", equalTo("replaced"));
        }

        assertThat(TestPods.isThere(client, namesake.join())).isTrue();
    }

    @Test
    void anEvictedNamesakeSurvivesToo() {
        Pod alerted = pod();
        CompletableFuture<Pod> namesake = new CompletableFuture<>();
        ApiProxy.Fault replaceFirst = call -> {
            if (call.method().equals("POST") && call.uri().endsWith("/eviction")) {
                namesake.complete(recreate(alerted));
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, replaceFirst);
                FunctionProcess behind = ThisFunction.acting(proxy.access(), Map.of("DELETE_POD_MODE", "evict"))) {
            Send.BINARY
                    .to(behind.uri(), shell.about(alerted))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("replaced"));
        }

        assertThat(TestPods.isThere(client, namesake.join())).isTrue();
    }

    @Test
    void withoutAnyIdentityAPodYoungerThanTheAlertIsAnotherOne() {
        Pod younger = pod();

        send(audit.about(namespace, "web-0").at(Instant.now().minusSeconds(60)))
                .statusCode(200)
                .body("reason", equalTo("replaced"));

        assertThat(TestPods.isThere(client, younger)).isTrue();
    }

    @Test
    void withoutAnyIdentityAnOlderPodIsLeftAlone() {
        Pod older = pod();

        send(audit.at(Instant.now()).about(namespace, "web-0"))
                .statusCode(200)
                .body("outcome", equalTo("denied"), "reason", equalTo("unproven"));

        assertThat(TestPods.isThere(client, older)).isTrue();
    }

    @Test
    void withoutAnyIdentityAnOlderPodIsTakenWhereTheOperatorAllowsIt() {
        Pod older = pod();
        Map<String, String> settings = Map.of("RESPONSE_IDENTITY", "age", "RESPONSE_EVENT_DELAY", "0s");
        try (FunctionProcess trusting = ThisFunction.acting(access, settings)) {
            Send.BINARY
                    .to(
                            trusting.uri(),
                            audit.about(namespace, "web-0").at(Instant.now().plusSeconds(1)))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("deleted"), "identity", equalTo("age"));
        }
        assertThat(TestPods.isThere(client, older)).isFalse();
    }

    @Test
    void theTargetOfAnAuditEventThatIsNoPodLeavesItsNamesakeAlone() {
        Pod namesake = pod();

        send(audit.about(namespace, "web-0").withField("ka.target.resource", "serviceaccounts"))
                .statusCode(200)
                .body("reason", equalTo("no-pod"));

        assertThat(TestPods.isThere(client, namesake)).isTrue();
    }

    @Test
    void theUidOfTheMetadataPluginCounts() {
        Pod pod = pod();

        send(shell.withField("k8s.ns.name", null)
                        .withField("k8s.pod.name", null)
                        .withField("container.id", "0123456789ab")
                        .withField("k8smeta.ns.name", namespace)
                        .withField("k8smeta.pod.name", "web-0")
                        .withField("k8smeta.pod.uid", pod.getMetadata().getUid()))
                .statusCode(200)
                .body("reason", equalTo("deleted"));

        assertThat(TestPods.isThere(client, pod)).isFalse();
    }

    @Test
    void aContainerThatHasRestartedSinceIsStillThePods() {
        Pod pod = pod();
        String before = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        TestPods.restart(client, pod, before, TestPods.newContainerId());

        send(shell.about(pod)).statusCode(200).body("reason", equalTo("deleted"));
    }

    @Test
    void initAndEphemeralContainersAreThePodsToo() {
        Pod pod = TestPods.create(
                client,
                namespace,
                "web-0",
                each -> each.editSpec()
                        .addNewInitContainer()
                        .withName("setup")
                        .withImage("busybox")
                        .endInitContainer()
                        .endSpec());
        String id = TestPods.newContainerId();
        Pod started = new PodBuilder(pod)
                .editStatus()
                .withInitContainerStatuses(new ContainerStatusBuilder(
                                pod.getStatus().getContainerStatuses().getFirst())
                        .withName("setup")
                        .withContainerID(id)
                        .build())
                .endStatus()
                .build();
        client.resource(started).updateStatus();

        send(shell.about(pod).withField("container.id", id.substring("containerd://".length(), 25)))
                .statusCode(200)
                .body("reason", equalTo("deleted"));
    }

    @Test
    void aShortContainerIdFitsByChanceAndIsNoEvidence() {
        Pod pod = pod();
        String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();

        send(shell.about(pod)
                        .at(Instant.now().minusSeconds(30))
                        .withField("container.id", id.substring("containerd://".length(), 19)))
                .statusCode(200)
                .body("reason", equalTo("replaced"));

        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void aStatefulSetsPodGoesAndItsSuccessorOfTheSameNameStays() {
        Pod pod = TestPods.create(client, namespace, "web-0", TestPods.ownedBy("apps/v1", "StatefulSet", "web"));

        send(shell.about(pod)).statusCode(200).body("reason", equalTo("deleted"), "owner", equalTo("StatefulSet/web"));
        Pod successor = pod();
        send(shell.about(pod).at(Instant.now().minusSeconds(30)))
                .statusCode(200)
                .body("reason", equalTo("replaced"));

        assertThat(TestPods.isThere(client, successor)).isTrue();
    }

    @Test
    void aPodThatIsNotThereIsNotFound() {
        send(shell.about(namespace, "nobody"))
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("not-found"))
                .body("message", containsString(namespace + "/nobody"));
    }

    @Test
    void aTerminatingPodIsLeftToItsEnd() {
        Pod pod = TestPods.create(client, namespace, "web-0", TestPods.onNode("node-1"));
        client.resource(pod).withGracePeriod(300).delete();

        send(shell.about(pod)).statusCode(200).body("reason", equalTo("terminating"), "node", equalTo("node-1"));

        assertThat(client.resource(pod).get().getMetadata().getDeletionGracePeriodSeconds())
                .isEqualTo(300);
    }

    @Test
    void thePodGetsTheGraceThatWasSet() {
        Pod pod = TestPods.create(client, namespace, "web-0", TestPods.onNode("node-1"));

        send(shell.about(pod))
                .statusCode(200)
                .body("reason", equalTo("deleted"), "message", containsString("5 s of grace"));

        assertThat(client.resource(pod).get().getMetadata().getDeletionGracePeriodSeconds())
                .isEqualTo(5);
    }

    @Test
    void whatTheWatchCacheDoesNotShowYetIsReadFromTheStore() {
        Pod pod = pod();
        ApiProxy.Fault staleCache = call -> call.uri().contains("resourceVersion=0")
                ? Optional.of(new ApiProxy.Answer(
                        404,
                        Map.of("Content-Type", "application/json"),
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"reason\":\"NotFound\",\"code\":404}"))
                : Optional.empty();
        try (ApiProxy proxy = ApiProxy.before(access, staleCache);
                FunctionProcess behind = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY
                    .to(behind.uri(), shell.about(pod))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("deleted"));
        }
    }

    @Test
    void theWayTakesTwoCalls() {
        Pod pod = pod();
        try (ApiProxy proxy = ApiProxy.before(access, _ -> Optional.empty());
                FunctionProcess behind = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY.to(behind.uri(), shell.about(pod)).then().body("reason", equalTo("deleted"));

            assertThat(proxy.calls("/pods/"))
                    .extracting(ApiProxy.Call::method, ApiProxy.Call::uri)
                    .isEqualTo(List.of(
                            tuple("GET", "/api/v1/namespaces/" + namespace + "/pods/web-0?resourceVersion=0"),
                            tuple("DELETE", "/api/v1/namespaces/" + namespace + "/pods/web-0")));
        }
    }
}
