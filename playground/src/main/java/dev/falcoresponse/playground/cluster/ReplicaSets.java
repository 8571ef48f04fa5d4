package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.TestPods;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Stands in for the ReplicaSet controller where there is none: lets go of pods that have lost their labels, takes those
 * that have them, and makes or deletes as many as are missing or too many.
 */
final class ReplicaSets {
    private final KubernetesClient client;

    ReplicaSets(KubernetesClient client) {
        this.client = client;
    }

    void settle() {
        client.apps().replicaSets().inAnyNamespace().list().getItems().forEach(this::settle);
    }

    private void settle(ReplicaSet set) {
        List<Pod> pods = client.pods().inNamespace(set.getMetadata().getNamespace()).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
        pods.stream().filter(pod -> owns(set, pod) && !selects(set, pod)).forEach(pod -> own(pod, List.of()));
        List<Pod> mine = pods.stream()
                .filter(pod -> selects(set, pod) && (owns(set, pod) || isFree(pod)))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .toList();
        mine.stream().filter(ReplicaSets::isFree).forEach(pod -> own(pod, List.of(TestPods.reference(set))));
        int wanted = set.getSpec().getReplicas();
        mine.stream().skip(wanted).forEach(pod -> client.resource(pod).delete());
        for (int missing = wanted - mine.size(); missing > 0; missing--) {
            create(set);
        }
    }

    private void create(ReplicaSet set) {
        String suffix = UUID.randomUUID().toString().substring(0, 5);
        TestPods.create(
                client,
                set.getMetadata().getNamespace(),
                set.getMetadata().getName() + "-" + suffix,
                pod -> TestPods.ownedBy(set)
                        .apply(pod)
                        .editMetadata()
                        .addToLabels(set.getSpec().getTemplate().getMetadata().getLabels())
                        .endMetadata());
    }

    private void own(Pod pod, List<OwnerReference> owners) {
        client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .edit(each -> new PodBuilder(each)
                        .editMetadata()
                        .withOwnerReferences(owners)
                        .endMetadata()
                        .build());
    }

    private static boolean owns(ReplicaSet set, Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(set.getMetadata().getUid()));
    }

    private static boolean isFree(Pod pod) {
        return pod.getMetadata().getOwnerReferences().isEmpty();
    }

    private static boolean selects(ReplicaSet set, Pod pod) {
        Map<String, String> labels =
                Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        return labels.entrySet()
                .containsAll(set.getSpec().getSelector().getMatchLabels().entrySet());
    }
}
