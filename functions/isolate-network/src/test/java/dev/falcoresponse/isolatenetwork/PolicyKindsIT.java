package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kinds of policies that deny, against the schemas of their projects in a real API server. */
@NeedsKubeApiServer
class PolicyKindsIT {
    private static KubeApiServer server;
    private static KubernetesClient client;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
    }

    private static KubeAccess access(String kind) {
        KubeAccess access = ThisFunction.access(server);
        ServiceAccountAccess.apply(
                client, ThisFunction.MANIFESTS.resolveSibling("components").resolve("policy-" + kind + "/rbac.yaml"));
        return access;
    }

    /** A project's own CustomResourceDefinition, while a test needs it. */
    private record Defined(CustomResourceDefinition definition) implements AutoCloseable {
        static Defined by(String file) {
            InputStream crd = PolicyKindsIT.class.getResourceAsStream("/crds/" + file + ".yaml");
            CustomResourceDefinition definition = client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .load(crd)
                    .serverSideApply();
            Resource<CustomResourceDefinition> resource = client.resource(definition);
            Waiting.until("the definition of " + file, Duration.ofSeconds(30), () -> isEstablished(resource.get()));
            return new Defined(definition);
        }

        private static boolean isEstablished(CustomResourceDefinition definition) {
            return Stream.ofNullable(definition.getStatus())
                    .flatMap(status -> Stream.ofNullable(status.getConditions()))
                    .flatMap(List::stream)
                    .anyMatch(each -> each.getType().equals("Established")
                            && each.getStatus().equals("True"));
        }

        List<GenericKubernetesResource> objects() {
            return client.genericKubernetesResources(
                            definition.getSpec().getGroup() + "/"
                                    + definition
                                            .getSpec()
                                            .getVersions()
                                            .getFirst()
                                            .getName(),
                            definition.getSpec().getNames().getKind())
                    .inAnyNamespace()
                    .list()
                    .getItems();
        }

        @Override
        public void close() {
            client.resource(definition).delete();
            Waiting.until(
                    "the end of the definition",
                    Duration.ofSeconds(30),
                    () -> client.resource(definition).get() == null);
        }
    }

    /** Strictly validated: a field that the schema does not know is an error. */
    @ParameterizedTest
    @CsvSource({
        "cilium, cilium,       CiliumNetworkPolicy,  ciliumnetworkpolicies.cilium.io",
        "calico, calico,       NetworkPolicy,        networkpolicies.projectcalico.org",
        "admin,  admin,        ClusterNetworkPolicy, clusternetworkpolicies.policy.networking.k8s.io",
        "admin,  admin-before, AdminNetworkPolicy,   adminnetworkpolicies.policy.networking.k8s.io"
    })
    void eachKindIsMadeAsItsSchemaWantsIt(String kind, String crd, String name, String resource) {
        Shop shop = new Shop(server);
        Pod pod = shop.deployed();
        Map<String, String> settings = Map.of(
                "ISOLATE_NETWORK_POLICY_KIND", kind,
                "ISOLATE_NETWORK_ALLOW_CIDRS", "198.51.100.0/24,2001:db8::/32",
                "ISOLATE_NETWORK_ALLOW_NAMESPACES", "forensics",
                "ISOLATE_NETWORK_ALLOW_DNS", "true",
                "RESPONSE_COOLDOWN", "0s");
        try (Defined defined = Defined.by(crd);
                FunctionProcess function = ThisFunction.acting(access(kind), settings)) {
            function.awaitReady();
            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("isolated"))
                    .body("details.policyKinds", equalTo(List.of("networkpolicies.networking.k8s.io", resource)));
            Send.BINARY.to(function.uri(), RecordedAlert.shellIn(pod)).then().body("reason", equalTo("already-done"));

            assertThat(defined.objects()).singleElement().satisfies(policy -> {
                assertThat(policy.getKind()).isEqualTo(name);
                assertThat(policy.getMetadata().getName())
                        .isEqualTo("falco-response-" + pod.getMetadata().getUid());
                assertThat(String.valueOf(policy.<Object>get("spec")))
                        .contains(pod.getMetadata().getUid());
            });
            assertThat(shop.annotations(pod)).containsEntry("falco-response/policy-kind", resource);
        }
    }

    @ParameterizedTest
    @CsvSource({"cilium, cilium", "calico, calico"})
    void whatOtherNetworkPoliciesAllowIsBeaten(String kind, String crd) {
        Shop shop = new Shop(server);
        shop.allowAll("open-to-all", Shop.everyPod());
        Pod pod = shop.deployed();
        try (Defined defined = Defined.by(crd);
                FunctionProcess function =
                        ThisFunction.acting(access(kind), Map.of("ISOLATE_NETWORK_POLICY_KIND", kind))) {
            function.awaitReady();
            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("details.stillAllowedBy", equalTo(List.of()));
            assertThat(defined.objects()).hasSize(1);
        }
    }

    @Test
    void whatAnAdministratorsPolicyCannotDenyIsNamed() {
        Shop shop = new Shop(server);
        shop.allowAll("open-to-all", Shop.everyPod());
        Pod pod = shop.deployed();
        try (Defined _ = Defined.by("admin");
                FunctionProcess function =
                        ThisFunction.acting(access("admin"), Map.of("ISOLATE_NETWORK_POLICY_KIND", "admin"))) {
            function.awaitReady();
            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("details.stillAllowedBy", equalTo(List.of("open-to-all")));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cilium, ciliumnetworkpolicies.cilium.io",
        "calico, networkpolicies.projectcalico.org",
        "admin,  clusternetworkpolicies.policy.networking.k8s.io and no adminnetworkpolicies.policy.networking.k8s.io"
    })
    void aKindThatTheClusterDoesNotKnowIsSaidAtStartAndInTheAnswer(String kind, String missing) {
        Shop shop = new Shop(server);
        Pod pod = shop.deployed();
        try (FunctionProcess function =
                ThisFunction.acting(access(kind), Map.of("ISOLATE_NETWORK_POLICY_KIND", kind))) {
            function.awaitNotReady("serves no " + missing);
            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(503)
                    .body("outcome", equalTo("failed"), "detail", containsString("The cluster serves no " + missing));
        }
        assertThat(shop.policies()).isEmpty();
        assertThat(shop.labels(pod)).containsAllEntriesOf(Shop.LABELS);
    }
}
