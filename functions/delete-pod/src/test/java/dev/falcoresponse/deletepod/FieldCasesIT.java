package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts that people reported from the field; case 07 is in {@link EvictionIT}. */
@NeedsKubeApiServer
class FieldCasesIT {
    private static KubernetesClient client;
    private static FunctionProcess function;
    private String namespace = "";

    @BeforeAll
    static void start(KubeApiServer server) {
        client = server.client();
        function = ThisFunction.acting(ThisFunction.access(server), Map.of());
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

    private Pod scheduled(String name) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("app")
                        .withImage("x")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void case01TheContainerIsNotInTheStatusYetAndTheNextDeliveryFindsIt() {
        Pod pod = scheduled("encoder-29754-q8zvk");
        RecordedAlert alert = RecordedAlert.fieldCase("01-container-not-in-status-yet")
                .about(namespace, pod.getMetadata().getName());

        send(alert).statusCode(503).header("Retry-After", "1").body("reason", equalTo("not-yet-known"));
        assertThat(TestPods.isThere(client, pod)).isTrue();

        client.resource(new PodBuilder(client.resource(pod).get())
                        .editStatus()
                        .addNewContainerStatus()
                        .withName("app")
                        .withImage("x")
                        .withImageID("")
                        .withReady(true)
                        .withRestartCount(0)
                        .withContainerID("containerd://9f3c1d2e4b5a" + "0".repeat(52))
                        .endContainerStatus()
                        .endStatus()
                        .build())
                .updateStatus();
        send(alert).statusCode(200).body("reason", equalTo("deleted"), "identity", equalTo("container"));
    }

    @Test
    void case01AContainerThatIsStillUnknownAfterTenSecondsWasAnotherPods() {
        Pod pod = scheduled("encoder-29754-q8zvk");

        send(RecordedAlert.fieldCase("01-container-not-in-status-yet")
                        .about(namespace, pod.getMetadata().getName())
                        .at(Instant.now().minusSeconds(11)))
                .statusCode(200)
                .body("reason", equalTo("replaced"));
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void case02AStaticPodIsKnownByItsConfigHashAndProtectedByItsOwner() {
        TestPods.create(
                client,
                namespace,
                "etcd-cp-1",
                pod -> TestPods.onNode("node-1")
                        .apply(pod)
                        .editMetadata()
                        .addToAnnotations("kubernetes.io/config.hash", "5d2e9c0f41b7a83694c1f0e2d7b6a583")
                        .addToAnnotations("kubernetes.io/config.mirror", "5d2e9c0f41b7a83694c1f0e2d7b6a583")
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName("node-1")
                        .withUid("f00")
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata());

        send(RecordedAlert.fieldCase("02-static-pod-config-hash-uid").about(namespace, "etcd-cp-1"))
                .statusCode(200)
                .body("reason", equalTo("owner-kind"), "identity", equalTo("uid"));
    }

    @Test
    void case04AnAlertFromNextWeekProvesNothing() {
        Pod pod = TestPods.create(client, namespace, "web-0");

        send(RecordedAlert.fieldCase("04-clock-a-week-ahead-no-identity")
                        .about(namespace, "web-0")
                        .at(Instant.now().plus(Duration.ofDays(7))))
                .statusCode(200)
                .body("outcome", equalTo("denied"), "reason", equalTo("unproven"));
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void case05AnAuditEventWithALateReceiveTimeProvesNothing() {
        Pod successor = TestPods.create(client, namespace, "web-0");

        send(RecordedAlert.fieldCase("05-gke-audit-late-receive-time").about(namespace, "web-0"))
                .statusCode(200)
                .body("outcome", equalTo("denied"), "reason", equalTo("unproven"));
        assertThat(TestPods.isThere(client, successor)).isTrue();
    }

    @Test
    void case11UntilWhenAPodTerminatesIsSaid() {
        Pod pod = TestPods.create(
                client,
                namespace,
                "match-0",
                each -> TestPods.onNode("node-1")
                        .apply(each)
                        .editSpec()
                        .withTerminationGracePeriodSeconds(3600L)
                        .endSpec());
        client.resource(pod).delete();
        String until = client.resource(pod).get().getMetadata().getDeletionTimestamp();

        send(RecordedAlert.fieldCase("11-terminating-with-an-hour-of-grace").about(pod))
                .statusCode(200)
                .body("reason", equalTo("terminating"), "message", containsString(until));
    }
}
