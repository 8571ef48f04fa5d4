package dev.falcoresponse.playground.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.TestPods;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The embedded API answers as the real one does; where that one is found, the same is asked of it. JUnit closes both. */
final class EmbeddedClusterTest {
    static Stream<Cluster> clusters() {
        return Stream.concat(
                Stream.of(EmbeddedCluster.start()),
                KubeBinaries.find(System.getenv()).map(ApiServerCluster::new).stream());
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

    private static String eviction(Pod pod, String options) {
        return "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"web-0\",\"namespace\":\""
                + pod.getMetadata().getNamespace() + "\"},\"deleteOptions\":" + options + "}";
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void deletionsKeepToPreconditionAndDryRun(Cluster cluster) {
        KubernetesClient client = cluster.client();
        Pod pod = pod(client);

        assertThatThrownBy(() -> client.raw(path(pod), "DELETE", options("another", "")))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409))
                .hasMessageContaining("recondition");
        client.raw(path(pod), "DELETE", options(uid(pod), ",\"dryRun\":[\"All\"]"));
        assertThat(TestPods.isThere(client, pod)).isTrue();

        client.raw(path(pod), "DELETE", options(uid(pod), ""));
        assertThat(client.resource(pod).get()).isNull();
        assertThatThrownBy(() -> client.raw(path(pod), "DELETE", options(uid(pod), "")))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getStatus().getReason()).isEqualTo("NotFound"));
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void evictionsKeepToPreconditionAndDryRun(Cluster cluster) {
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

    @ParameterizedTest
    @MethodSource("clusters")
    void aRecreatedPodHasAnotherUid(Cluster cluster) {
        KubernetesClient client = cluster.client();
        Pod first = pod(client);
        client.resource(first).withGracePeriod(0).delete();

        Pod second = TestPods.create(client, first.getMetadata().getNamespace(), "web-0");

        assertThat(uid(second)).isNotEqualTo(uid(first));
    }
}
