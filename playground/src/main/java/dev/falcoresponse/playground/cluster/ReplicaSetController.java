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
 * Replaces the ReplicaSet controller where there is none: it releases pods that no longer match the selector, adopts
 * pods that match, and creates or deletes pods until their number is right.
 */
final class ReplicaSetController {
    private final KubernetesClient client;

    ReplicaSetController(KubernetesClient client) {
        this.client = client;
    }

    void reconcile() {
        client.apps().replicaSets().inAnyNamespace().list().getItems().forEach(this::reconcile);
    }

    private void reconcile(ReplicaSet set) {
        List<Pod> pods = client.pods().inNamespace(set.getMetadata().getNamespace()).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
        pods.stream().filter(pod -> owns(set, pod) && !matches(set, pod)).forEach(pod -> setOwners(pod, List.of()));
        List<Pod> owned = pods.stream()
                .filter(pod -> matches(set, pod) && (owns(set, pod) || isOrphan(pod)))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .toList();
        owned.stream()
                .filter(ReplicaSetController::isOrphan)
                .forEach(pod -> setOwners(pod, List.of(TestPods.reference(set))));
        int replicas = set.getSpec().getReplicas();
        owned.stream().skip(replicas).forEach(pod -> client.resource(pod).delete());
        for (int missing = replicas - owned.size(); missing > 0; missing--) {
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

    private void setOwners(Pod pod, List<OwnerReference> owners) {
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

    private static boolean isOrphan(Pod pod) {
        return pod.getMetadata().getOwnerReferences().isEmpty();
    }

    private static boolean matches(ReplicaSet set, Pod pod) {
        Map<String, String> labels =
                Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        return labels.entrySet()
                .containsAll(set.getSpec().getSelector().getMatchLabels().entrySet());
    }
}
