package dev.falcoresponse.isolatenetwork;

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
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Alerts that people reported from the field; case 09 is in {@link NetworkPluginIT}. */
@NeedsKubeApiServer
class FieldCasesIT {
    private static KubernetesClient client;
    private static KubeApiServer server;
    private static FunctionProcess function;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        function = ThisFunction.acting(ThisFunction.access(server), Map.of());
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    private static ValidatableResponse send(RecordedAlert alert) {
        return Send.BINARY.to(function.uri(), alert).then().statusCode(200);
    }

    @Test
    void case11APodWithAnHourOfGraceLeftIsIsolated() {
        Pod pod = TestPods.create(
                client,
                server.newNamespace(),
                "match-0",
                each -> TestPods.onNode("node-1")
                        .apply(each)
                        .editSpec()
                        .withTerminationGracePeriodSeconds(3600L)
                        .endSpec());
        client.resource(pod).delete();

        send(RecordedAlert.fieldCase("11-terminating-with-an-hour-of-grace").about(pod))
                .body("outcome", equalTo("acted"), "reason", equalTo("isolated"));
    }

    @Test
    void case13AReplacementThatNeedsTheSameVolumeOrPortMayNotStart() {
        Shop shop = new Shop(server);
        Pod pod = TestPods.create(
                client,
                shop.namespace,
                "wordpress-8648c887dc-2hcxf",
                each -> TestPods.ownedBy(shop.replicaSet())
                        .apply(each)
                        .editSpec()
                        .addNewVolume()
                        .withName("data")
                        .withNewPersistentVolumeClaim("wordpress", false)
                        .endVolume()
                        .editFirstContainer()
                        .addNewPort()
                        .withContainerPort(80)
                        .withHostPort(8080)
                        .endPort()
                        .endContainer()
                        .endSpec());

        send(RecordedAlert.fieldCase("13-replacement-needs-the-same-volume").about(pod))
                .body("reason", equalTo("isolated"))
                .body(
                        "details.consequence",
                        containsString(
                                "may not start while this pod holds the volume claim wordpress and port 8080 of its"
                                        + " node"));
    }
}
