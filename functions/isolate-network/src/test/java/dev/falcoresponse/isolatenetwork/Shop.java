package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.isolatenetwork.Reachability.End;
import dev.falcoresponse.testing.KubeCluster;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.TestWorkloads;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A small shop in a namespace of its own: a workload behind a Service. */
final class Shop {
    static final Map<String, String> LABELS = Map.of("app", "web", "pod-template-hash", "7c5d");
    static final End STRANGER = new End.InCluster("elsewhere", Map.of("app", "stranger"));
    static final End OUTSIDE = new End.Outside("198.51.100.7");
    static final End OUTSIDE_V6 = new End.Outside("2001:db8::7");

    final KubernetesClient client;
    final String namespace;

    Shop(KubeCluster server) {
        client = server.client();
        namespace = server.newNamespace();
    }

    End neighbour() {
        return new End.InCluster(namespace, Map.of("app", "neighbour"));
    }

    Stream<End> everyone() {
        return Stream.of(STRANGER, OUTSIDE, OUTSIDE_V6, neighbour());
    }

    /** A ReplicaSet without its controller. */
    ReplicaSet replicaSet() {
        return client.resource(TestWorkloads.replicaSet(namespace, "web-7c5d", "web", LABELS))
                .create();
    }

    void service(Map<String, String> selector) {
        client.resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("web")
                        .endMetadata()
                        .withNewSpec()
                        .withSelector(selector)
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
    }

    /** A Deployment's pod behind a Service, with a label that nothing selects. */
    Pod deployed() {
        ReplicaSet owner = replicaSet();
        service(Map.of("app", "web"));
        return TestPods.create(
                client,
                namespace,
                "web-7c5d-x2v8k",
                pod -> TestPods.ownedBy(owner)
                        .apply(pod)
                        .editMetadata()
                        .addToLabels(LABELS)
                        .addToLabels("team", "till")
                        .endMetadata());
    }

    Pod now(Pod pod) {
        return client.resource(pod).get();
    }

    Map<String, String> labels(Pod pod) {
        return Optional.ofNullable(now(pod).getMetadata().getLabels()).orElse(Map.of());
    }

    Map<String, String> annotations(Pod pod) {
        return Optional.ofNullable(now(pod).getMetadata().getAnnotations()).orElse(Map.of());
    }

    List<NetworkPolicy> policies() {
        return client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .list()
                .getItems();
    }

    /** The policy for this pod alone. */
    Optional<NetworkPolicy> policyOf(Pod pod) {
        String name = "falco-response-" + pod.getMetadata().getUid();
        return policies().stream()
                .filter(each -> each.getMetadata().getName().equals(name))
                .findFirst();
    }

    Reachability reachability(Pod pod) {
        return new Reachability(now(pod), policies());
    }

    /** Another policy that allows everything, both ways, for the pods that it selects. */
    NetworkPolicy allowAll(String name, LabelSelector selector) {
        return create(
                name,
                new NetworkPolicySpecBuilder()
                        .withPodSelector(selector)
                        .withPolicyTypes("Ingress", "Egress")
                        .addNewIngress()
                        .endIngress()
                        .addNewEgress()
                        .endEgress()
                        .build());
    }

    NetworkPolicy allowIngress(String name, LabelSelector selector) {
        return create(
                name,
                new NetworkPolicySpecBuilder()
                        .withPodSelector(selector)
                        .withPolicyTypes("Ingress")
                        .addNewIngress()
                        .endIngress()
                        .build());
    }

    private NetworkPolicy create(String name, NetworkPolicySpec spec) {
        return client.resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withSpec(spec)
                        .build())
                .create();
    }

    static LabelSelector everyPod() {
        return new LabelSelector();
    }

    static LabelSelector label(String name, String value) {
        return new LabelSelectorBuilder().addToMatchLabels(name, value).build();
    }
}
