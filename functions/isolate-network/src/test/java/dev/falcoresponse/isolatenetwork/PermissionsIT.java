package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ShippedRole;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped Roles have nothing that is not needed; the other tests show that they are enough. */
@NeedsKubeApiServer
class PermissionsIT {
    @Test
    void everyRightOfTheRoleIsNeeded(KubeApiServer server) {
        KubeAccess access = ThisFunction.access(server);
        try (FunctionProcess function = ThisFunction.acting(access, Map.of())) {
            ShippedRole.in(ThisFunction.MANIFESTS.resolve("rbac.yaml"), server.client())
                    .forEach(role -> role.requireThatEverythingIsNeeded(function));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'spec':{'containers':[{'name':'web','image':'attacker/image'}]}}",
                "{'spec':{'activeDeadlineSeconds':1}}",
                "{'metadata':{'finalizers':['example.org/kept']}}",
                "{'metadata':{'ownerReferences':[{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'x','uid':'u'}]}}"
            })
    void theFenceRefusesAllButLabelsAndAnnotationsWithTheFunctionsOwnToken(String patch, KubeApiServer server) {
        KubeAccess access = ThisFunction.access(server);
        ServiceAccountAccess.apply(server.client(), ThisFunction.MANIFESTS.resolve("fence.yaml"));
        Pod pod = TestPods.create(server.client(), server.newNamespace(), "web-0");
        try (KubernetesClient own = access.client()) {
            Waiting.until(
                    "the fence to be in force",
                    Duration.ofSeconds(30),
                    () -> isRefused(own, pod, "{'metadata':{'finalizers':['example.org/kept']}}"));
            assertThat(isRefused(own, pod, patch)).isTrue();
            assertThat(isRefused(own, pod, "{'metadata':{'labels':{'a':'b'},'annotations':{'c':'d'}}}"))
                    .isFalse();
        }
        assertThat(isRefused(server.client(), pod, "{'metadata':{'finalizers':['example.org/kept']}}"))
                .isFalse();
    }

    private static boolean isRefused(KubernetesClient client, Pod pod, String patch) {
        PatchContext context = new PatchContext.Builder()
                .withPatchType(PatchType.STRATEGIC_MERGE)
                .withDryRun(List.of("All"))
                .build();
        try {
            client.resource(pod).patch(context, patch.replace('\'', '"'));
            return false;
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage())
                    .contains("isolate-network changes nothing of a pod but its labels and annotations");
        }
    }

    @Test
    void everyRightOfTheAddressScopeIsNeeded(KubeApiServer server) {
        KubeAccess access = ThisFunction.access(server);
        Path component = ThisFunction.MANIFESTS.resolveSibling("components").resolve("isolate-address/rbac.yaml");
        ServiceAccountAccess.apply(server.client(), component);
        try (FunctionProcess function = ThisFunction.acting(access, Map.of("ISOLATE_NETWORK_SCOPE", "address"))) {
            ShippedRole.in(component, server.client()).forEach(role -> role.requireThatEverythingIsNeeded(function));
        }
    }
}
