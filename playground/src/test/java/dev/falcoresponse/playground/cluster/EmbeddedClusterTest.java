package dev.falcoresponse.playground.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.TestPods;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The embedded API behaves like a real API server; where one is installed, the tests run against both. */
final class EmbeddedClusterTest {
    private static final List<Cluster> CLUSTERS = new ArrayList<>();

    @BeforeAll
    static void start() {
        CLUSTERS.add(EmbeddedCluster.start());
        KubeBinaries.find(System.getenv()).map(ApiServerCluster::new).ifPresent(CLUSTERS::add);
    }

    @AfterAll
    static void end() {
        CLUSTERS.forEach(Cluster::close);
    }

    static Stream<Cluster> clusters() {
        return CLUSTERS.stream();
    }

    private static Pod pod(KubernetesClient client) {
        String namespace = "ns-" + UUID.randomUUID();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        return TestPods.create(client, namespace, "web-0");
    }

    private static String path(Pod pod) {
        return "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                + pod.getMetadata().getName();
    }

    private static String options(String uid, String more) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"" + uid + "\"}" + more
                + "}";
    }

    private static String preconditions(Pod pod, String resourceVersion) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"" + uid(pod)
                + "\",\"resourceVersion\":\"" + resourceVersion + "\"}}";
    }

    private static String eviction(Pod pod, String options) {
        return "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"web-0\",\"namespace\":\""
                + pod.getMetadata().getNamespace() + "\"},\"deleteOptions\":" + options + "}";
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clusters")
    void deletionsHonourPreconditionAndDryRun(Cluster cluster) {
        KubernetesClient client = cluster.client();
        Pod pod = pod(client);

        assertThatThrownBy(() -> client.raw(path(pod), "DELETE", options("another", "")))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409))
                .hasMessageContaining("recondition");
        assertThatThrownBy(() -> client.raw(path(pod), "DELETE", preconditions(pod, "999999")))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409))
                .hasMessageContaining("ResourceVersion in the precondition");
        client.raw(path(pod), "DELETE", options(uid(pod), ",\"dryRun\":[\"All\"]"));
        assertThat(TestPods.isThere(client, pod)).isTrue();

        client.raw(
                path(pod),
                "DELETE",
                preconditions(pod, client.resource(pod).get().getMetadata().getResourceVersion()));
        assertThat(client.resource(pod).get()).isNull();
        assertThatThrownBy(() -> client.raw(path(pod), "DELETE", options(uid(pod), "")))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getStatus().getReason()).isEqualTo("NotFound"));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clusters")
    void evictionsHonourPreconditionAndDryRun(Cluster cluster) {
        KubernetesClient client = cluster.client();
        Pod pod = pod(client);
        String path = path(pod) + "/eviction";

        assertThatThrownBy(() -> client.raw(path, "POST", eviction(pod, options("another", ""))))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409));
        client.raw(path, "POST", eviction(pod, options(uid(pod), ",\"dryRun\":[\"All\"]")));
        assertThat(TestPods.isThere(client, pod)).isTrue();

        client.raw(path, "POST", eviction(pod, options(uid(pod), "")));
        assertThat(client.resource(pod).get()).isNull();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clusters")
    void aRecreatedPodHasAnotherUid(Cluster cluster) {
        KubernetesClient client = cluster.client();
        Pod first = pod(client);
        client.resource(first).withGracePeriod(0).delete();

        Pod second = TestPods.create(client, first.getMetadata().getNamespace(), "web-0");

        assertThat(uid(second)).isNotEqualTo(uid(first));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clusters")
    void aPatchAppliesAllOperationsOrNone(Cluster cluster) {
        KubernetesClient client = cluster.client();
        Pod pod = pod(client);
        String good = relabel(uid(pod));

        assertThatThrownBy(() -> patch(client, path(pod), relabel("another")))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(422));
        patch(client, path(pod) + "?dryRun=All", good);
        assertThat(labels(client, pod)).isEqualTo(Map.of("app", "web"));

        patch(client, path(pod), good);
        assertThat(labels(client, pod)).isEqualTo(Map.of("mark", "yes"));
        assertThatThrownBy(() -> patch(client, path(pod), good)).isInstanceOf(KubernetesClientException.class);
    }

    private static String relabel(String uid) {
        return """
            [{"op":"test","path":"/metadata/uid","value":"%s"},
             {"op":"test","path":"/metadata/labels/app","value":"web"},
             {"op":"remove","path":"/metadata/labels/app"},
             {"op":"test","path":"/metadata/labels/mark","value":null},
             {"op":"add","path":"/metadata/labels/mark","value":"yes"}]\
            """.formatted(uid);
    }

    private static void patch(KubernetesClient client, String path, String body) {
        send(client, path, "application/json-patch+json", body);
    }

    private static void send(KubernetesClient client, String path, String type, String body) {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(client.getMasterUrl().toString().replaceFirst("/$", "") + path)
                .method("PATCH", type, body)
                .build();
        int code = client.getHttpClient()
                .sendAsync(request, byte[].class)
                .thenApply(HttpResponse::code)
                .join();
        if (code >= 300) {
            throw new KubernetesClientException("refused", code, null);
        }
    }

    private static Map<String, String> labels(KubernetesClient client, Pod pod) {
        return client.resource(pod).get().getMetadata().getLabels();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clusters")
    void serverSideApplyCreatesAndThenChangesOneObject(Cluster cluster) {
        KubernetesClient client = cluster.client();
        String namespace = pod(client).getMetadata().getNamespace();
        String path = "/apis/networking.k8s.io/v1/namespaces/" + namespace + "/networkpolicies/closed"
                + "?fieldManager=test&force=true&fieldValidation=Strict";

        apply(client, path + "&dryRun=All", "Ingress");
        assertThat(policies(client, namespace)).isEmpty();
        apply(client, path, "Ingress");
        String uid = policies(client, namespace).getFirst().getMetadata().getUid();
        apply(client, path, "Egress");

        assertThat(policies(client, namespace)).singleElement().satisfies(policy -> {
            assertThat(policy.getMetadata().getUid()).isEqualTo(uid);
            assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Egress");
        });
    }

    private static void apply(KubernetesClient client, String path, String type) {
        send(client, path, "application/apply-patch+yaml", """
            {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"closed"},
             "spec":{"podSelector":{"matchLabels":{"app":"web"}},"policyTypes":["%s"]}}\
            """.formatted(type));
    }

    private static List<NetworkPolicy> policies(KubernetesClient client, String namespace) {
        return client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .list()
                .getItems();
    }
}
