package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Network plugins of which it is known that they can leave a policy without effect: the answer says so. */
@NeedsKubeApiServer
class NetworkPluginIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: %2$s.%1$s}
            spec:
              group: %1$s
              scope: Namespaced
              names: {plural: %2$s, singular: %3$s, kind: %4$s}
              versions:
                - name: %5$s
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;
    private static final String CILIUM =
            DEFINITION.formatted("cilium.io", "ciliumendpoints", "ciliumendpoint", "CiliumEndpoint", "v2");
    private static final String AMAZON = DEFINITION.formatted(
            "networking.k8s.aws", "policyendpoints", "policyendpoint", "PolicyEndpoint", "v1alpha1");

    private static KubernetesClient client;
    private static FunctionProcess function;
    private String namespace = "";
    private List<HasMetadata> definitions = List.of();

    @BeforeAll
    static void start(KubeApiServer server) {
        client = server.client();
        function = ThisFunction.acting(ThisFunction.access(server), Map.of("RESPONSE_COOLDOWN", "0s"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newNamespace(KubeApiServer server) {
        namespace = server.newNamespace();
    }

    @AfterEach
    void removeDefinitions() {
        definitions.forEach(each -> client.resource(each).delete());
        definitions.forEach(each -> Waiting.until(
                each.getMetadata().getName() + " to go",
                PATIENCE,
                () -> client.resource(each).get() == null && !isDiscovered(each)));
    }

    private void serve(String definition, String path) {
        definitions = client.load(new ByteArrayInputStream(definition.getBytes(StandardCharsets.UTF_8)))
                .create();
        Waiting.until(
                path,
                PATIENCE,
                () -> read(path).isPresent() && definitions.stream().allMatch(NetworkPluginIT::isDiscovered));
    }

    /** Whether the API server's list of what it serves has it: another of its controllers keeps that. */
    private static boolean isDiscovered(HasMetadata definition) {
        String[] name = definition.getMetadata().getName().split("\\.", 2);
        String version = ((CustomResourceDefinition) definition)
                .getSpec()
                .getVersions()
                .getFirst()
                .getName();
        return read("/apis/" + name[1] + "/" + version)
                .filter(resources -> resources.contains("\"" + name[0] + "\""))
                .isPresent();
    }

    private static Optional<String> read(String path) {
        try {
            return Optional.ofNullable(client.raw(path));
        } catch (KubernetesClientException e) {
            return Optional.empty(); // its storage is being initialized
        }
    }

    private Pod pod(String name, UnaryOperator<PodBuilder> change) {
        return TestPods.create(client, namespace, name, change);
    }

    private static ValidatableResponse isolate(Pod pod) {
        return Send.BINARY
                .to(
                        function.uri(),
                        RecordedAlert.fieldCase("09-cilium-identity-labels").about(pod))
                .then()
                .statusCode(200);
    }

    private void endpoint(Pod pod, String... labels) {
        GenericKubernetesResource endpoint = new GenericKubernetesResourceBuilder()
                .withApiVersion("cilium.io/v2")
                .withKind("CiliumEndpoint")
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .endMetadata()
                .addToAdditionalProperties("status", Map.of("identity", Map.of("id", 4711, "labels", List.of(labels))))
                .build();
        client.resource(endpoint).create();
    }

    private static String label(Pod pod) {
        return "k8s:falco-response/quarantine=" + pod.getMetadata().getUid();
    }

    /** Field case 09. */
    @Test
    void aPodThatCiliumDoesNotKnowByTheLabelIsNotClaimedToBeClosed() {
        serve(CILIUM, "/apis/cilium.io/v2/namespaces/" + namespace + "/ciliumendpoints");
        Pod pod = pod("api-0", each -> each);
        endpoint(pod, "k8s:app=api", "k8s:io.kubernetes.pod.namespace=shop");

        isolate(pod)
                .body("reason", equalTo("isolated"))
                .body("details.ciliumIdentity", equalTo("without-label"))
                .body(
                        "message",
                        containsString(
                                "Cilium does not know the pod by the label falco-response/quarantine, so that the"
                                        + " policy applies to nobody"));
    }

    @Test
    void aPodThatCiliumKnowsByTheLabelNeedsNoWarning() {
        serve(CILIUM, "/apis/cilium.io/v2/namespaces/" + namespace + "/ciliumendpoints");
        Pod pod = pod("api-0", each -> each);
        endpoint(pod, "k8s:app=api", label(pod));

        isolate(pod)
                .body("details.ciliumIdentity", equalTo("has-label"))
                .body("message", not(containsString("Cilium")));
    }

    @Test
    void aPodWithoutEndpointIsUnderNoPolicy() {
        serve(CILIUM, "/apis/cilium.io/v2/namespaces/" + namespace + "/ciliumendpoints");
        Pod pod = pod("api-0", each -> each);

        isolate(pod).body("details.ciliumIdentity", equalTo("no-endpoint"));
        isolate(pod)
                .body("reason", equalTo("already-done"))
                .body("message", containsString("Cilium has no endpoint of this pod"));
    }

    /** Cilium takes a pod with that label for a host, to which no policy applies. */
    @Test
    void aLabelHostGoesWithTheOthers() {
        Pod pod = pod(
                "api-0", each -> each.editMetadata().addToLabels("host", "yes").endMetadata());

        isolate(pod)
                .body("details.removedLabels", equalTo(Map.of("host", "yes")))
                .body("details", not(hasKey("ciliumIdentity")));

        assertThat(client.resource(pod).get().getMetadata().getLabels()).doesNotContainKey("host");
    }

    @Test
    void siblingsThatShareTheStateOfAmazonsAgentAreNamed() {
        serve(AMAZON, "/apis/networking.k8s.aws/v1alpha1/namespaces/" + namespace + "/policyendpoints");
        Pod pod = pod("web-7c5d-abc12", TestPods.onNode("node-1"));
        pod("web-7c5d-xyz34", TestPods.onNode("node-1"));
        pod("web-7c5d-far56", TestPods.onNode("node-2"));
        pod("other-7c5d-abc12", TestPods.onNode("node-1"));

        isolate(pod)
                .body("reason", equalTo("isolated"))
                .body("details.sharesPolicyStateWith", equalTo(List.of("web-7c5d-xyz34")))
                .body("message", containsString("its siblings may be closed with it: web-7c5d-xyz34"));
    }

    @Test
    void aPodWithoutSiblingsOnItsNodeIsAlone() {
        serve(AMAZON, "/apis/networking.k8s.aws/v1alpha1/namespaces/" + namespace + "/policyendpoints");
        Pod pod = pod("web-7c5d-abc12", TestPods.onNode("node-1"));

        isolate(pod).body("details", not(hasKey("sharesPolicyStateWith")));
    }
}
