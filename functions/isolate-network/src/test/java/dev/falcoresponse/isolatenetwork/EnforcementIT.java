package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether the cluster enforces policies is proven by a connection; the pod's server is a socket of this test. */
@NeedsKubeApiServer
class EnforcementIT {
    private static final Map<String, String> PROBING = Map.of("ISOLATE_NETWORK_PROBE", "true");

    private final KubeApiServer server;
    private final KubernetesClient client;
    private final ServerSocket socket;
    private Pod pod = new Pod();

    EnforcementIT(KubeApiServer server) throws IOException {
        this.server = server;
        client = server.client();
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @BeforeEach
    void newPod() {
        Pod created = TestPods.create(
                client,
                server.newNamespace(),
                "web-0",
                each -> each.editSpec()
                        .editFirstContainer()
                        .addNewPort()
                        .withContainerPort(9)
                        .withProtocol("UDP")
                        .endPort()
                        .addNewPort()
                        .withContainerPort(socket.getLocalPort())
                        .endPort()
                        .endContainer()
                        .endSpec());
        pod = client.resource(new PodBuilder(created)
                        .editStatus()
                        .withPodIP("127.0.0.1")
                        .withPodIPs(new PodIP("127.0.0.1"))
                        .endStatus()
                        .build())
                .updateStatus();
    }

    @AfterEach
    void stopServer() throws IOException {
        socket.close();
    }

    private void stop() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ValidatableResponse send(FunctionProcess function) {
        return Send.BINARY.to(function.uri(), RecordedAlert.shellIn(pod)).then();
    }

    /** The pod's port closes as soon as the pod has its mark, as a network plugin does it. */
    @Test
    void aConnectionThatIsRefusedAfterwardsIsTheProof() {
        ApiProxy.Fault plugin = call -> {
            if (call.method().equals("PATCH") && call.uri().contains("/pods/web-0")) {
                stop();
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), plugin);
                FunctionProcess function = ThisFunction.acting(proxy.access(), PROBING)) {
            send(function).statusCode(200).body("reason", equalTo("isolated"), "details.enforced", equalTo("proven"));
        }
    }

    @Test
    void aConnectionThatIsStillPossibleIsAFailureHoweverOftenItIsTried() {
        try (FunctionProcess function = ThisFunction.acting(ThisFunction.access(server), PROBING)) {
            for (int i = 0; i < 2; i++) {
                send(function)
                        .statusCode(503)
                        .body("reason", equalTo("not-enforced"))
                        .body("detail", containsString("still accepts connections on port " + socket.getLocalPort()));
            }
            stop();
            send(function).statusCode(200).body("outcome", equalTo("acted"));
        }
    }

    @Test
    void whereNothingListensNothingIsProven() {
        stop();
        try (FunctionProcess function = ThisFunction.acting(ThisFunction.access(server), PROBING)) {
            send(function)
                    .statusCode(200)
                    .body("reason", equalTo("isolated"), "details.enforced", equalTo("not-proven"))
                    .body("message", containsString("that the cluster enforces policies is not proven"));
        }
    }

    @Test
    void aConnectionThatTheSettingsAllowProvesNothing() {
        Map<String, String> settings = new HashMap<>(PROBING);
        settings.put("ISOLATE_NETWORK_ALLOW_CIDRS", "127.0.0.0/8");
        try (FunctionProcess function = ThisFunction.acting(ThisFunction.access(server), settings)) {
            send(function).statusCode(200).body("details.enforced", equalTo("not-proven"));
        }
    }

    @Test
    void aPreviewConnectsToNobody() {
        Map<String, String> settings = new HashMap<>(PROBING);
        settings.put("RESPONSE_DRY_RUN", "true");
        try (FunctionProcess function = ThisFunction.acting(ThisFunction.access(server), settings)) {
            send(function).statusCode(200).body("outcome", equalTo("previewed"), "details", not(hasKey("enforced")));
        }
        assertThat(client.network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .list()
                        .getItems())
                .isEmpty();
    }
}
