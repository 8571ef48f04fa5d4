package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

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
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The shipped Role is enough; with less, readiness and the answer name the missing permission. */
@NeedsKubeApiServer
class PermissionsIT {
    private static final PatchContext DRY_APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("test")
            .withForce(true)
            .withDryRun(List.of("All"))
            .build();

    private final KubeApiServer server;
    private final KubernetesClient client;
    private final String namespace;

    PermissionsIT(KubeApiServer server) {
        this.server = server;
        client = server.client();
        namespace = server.newNamespace();
    }

    @Test
    void theShippedManifestIsOneThatTheServerTakes() {
        List<HasMetadata> manifests = ServiceAccountAccess.read(client, ThisFunction.MANIFESTS.resolve("rbac.yaml"));
        ThisFunction.access(server);

        for (HasMetadata manifest : manifests) {
            HasMetadata accepted = client.resource(manifest).patch(DRY_APPLY);
            assertThat(accepted.getMetadata().getName())
                    .isEqualTo(manifest.getMetadata().getName());
        }
        assertThat(manifests)
                .extracting(HasMetadata::getKind)
                .containsExactly("ServiceAccount", "ClusterRole", "ClusterRoleBinding");
    }

    @Test
    void withTheShippedRoleTheFunctionIsReady() {
        KubeAccess access = ThisFunction.access(server);
        for (String mode : List.of("delete", "evict")) {
            try (FunctionProcess function = ThisFunction.acting(access, Map.of("DELETE_POD_MODE", mode))) {
                function.awaitReady();
            }
        }
    }

    @Test
    void withoutAVerbItIsNotReadyAndAnswersWhatItLacks() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        KubeAccess reader = Permissions.only(server, "get", "pods");
        try (FunctionProcess function = ThisFunction.acting(reader, Map.of())) {
            function.awaitNotReady(
                    "may not delete pods in all namespaces", "may not create events.events.k8s.io in all namespaces");

            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("outcome", equalTo("failed"), "reason", equalTo("forbidden"))
                    .body("detail", containsString("delete pods in namespace " + namespace));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void withoutTheRightToReadItAnswersThat() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        KubeAccess blind = Permissions.only(server, "delete", "pods");
        try (FunctionProcess function = ThisFunction.acting(blind, Map.of())) {
            Send.STRUCTURED
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(422)
                    .body("reason", equalTo("forbidden"))
                    .body("detail", containsString("get pods in namespace " + namespace));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void aRoleInEachOfItsNamespacesIsEnough() {
        Pod pod = TestPods.create(client, namespace, "web-0");
        KubeAccess local = Permissions.inNamespace(server, namespace);
        try (FunctionProcess function = ThisFunction.acting(local, Map.of("RESPONSE_NAMESPACES", namespace))) {
            function.awaitReady();
            Send.PLAIN
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("deleted"));
        }
        try (FunctionProcess function =
                ThisFunction.acting(local, Map.of("RESPONSE_NAMESPACES", namespace + ",shop"))) {
            function.awaitNotReady("may not delete pods in namespace shop");
        }
    }

    /** 100 permissions are asked for, and then the API server hangs: a probe still gets the last result. */
    @Test
    void aProbeDoesNotWaitForTheApiServer() {
        String namespaces = IntStream.range(0, 50).mapToObj(i -> "shop-" + i).collect(Collectors.joining(","));
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean hangs = new AtomicBoolean();
        ApiProxy.Fault hanging = call -> {
            if (hangs.get() && call.uri().contains("selfsubjectaccessreviews")) {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), hanging);
                FunctionProcess function =
                        ThisFunction.acting(proxy.access(), Map.of("RESPONSE_NAMESPACES", namespaces))) {
            function.awaitReady();
            hangs.set(true);
            int asked = reviews(proxy);
            // it comes after ten times what the first took
            Waiting.until("the next check", Duration.ofMinutes(5), () -> {
                assertThat(function.status("_/ready")).isEqualTo(200);
                return reviews(proxy) > asked;
            });

            assertThat(function.status("_/ready")).isEqualTo(200);
        } finally {
            over.countDown();
        }
    }

    private static int reviews(ApiProxy proxy) {
        return proxy.calls("selfsubjectaccessreviews").size();
    }
}
