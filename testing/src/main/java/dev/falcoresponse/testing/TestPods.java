package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Pods as they stand in a real cluster: with containers that have ids. */
public final class TestPods {
    private TestPods() {}

    /** A running pod; on no node, so that its deletion ends at once. */
    public static Pod create(KubernetesClient client, String namespace, String name) {
        return create(client, namespace, name, pod -> pod);
    }

    /** A running pod with a change of its own. */
    public static Pod create(KubernetesClient client, String namespace, String name, UnaryOperator<PodBuilder> change) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .withImage("nginx")
                .endContainer()
                .endSpec();
        Pod created = client.resource(change.apply(pod).build()).create();
        Pod running = new PodBuilder(created)
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .withContainerStatuses(new ContainerStatusBuilder()
                        .withName("web")
                        .withImage("nginx")
                        .withImageID("")
                        .withReady(true)
                        .withRestartCount(0)
                        .withContainerID(newContainerId())
                        .withNewState()
                        .withNewRunning()
                        .withStartedAt(created.getMetadata().getCreationTimestamp())
                        .endRunning()
                        .endState()
                        .build())
                .endStatus()
                .build();
        return client.resource(running).updateStatus();
    }

    /** An id as containerd gives it. */
    public static String newContainerId() {
        String id = UUID.randomUUID().toString() + UUID.randomUUID();
        return "containerd://" + id.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Lets a pod's first container start once more, as another run; the ids are as the status has them. */
    public static void restart(KubernetesClient client, Pod pod, String before, String now) {
        Pod restarted = new PodBuilder(pod)
                .editStatus()
                .withContainerStatuses(new ContainerStatusBuilder(
                                pod.getStatus().getContainerStatuses().getFirst())
                        .withContainerID(now)
                        .withRestartCount(1)
                        .withNewLastState()
                        .withNewTerminated()
                        .withExitCode(137)
                        .withContainerID(before)
                        .endTerminated()
                        .endLastState()
                        .build())
                .endStatus()
                .build();
        client.resource(restarted).updateStatus();
    }

    /** Gives a pod an owner that controls it. */
    public static UnaryOperator<PodBuilder> ownedBy(String apiVersion, String kind, String name) {
        return pod -> pod.editMetadata()
                .addToOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(apiVersion)
                        .withKind(kind)
                        .withName(name)
                        .withUid(UUID.randomUUID().toString())
                        .withController(true)
                        .build())
                .endMetadata();
    }

    /** Gives a pod an owner that is there. */
    public static UnaryOperator<PodBuilder> ownedBy(HasMetadata owner) {
        return pod -> pod.editMetadata().addToOwnerReferences(reference(owner)).endMetadata();
    }

    /** How a pod names its controller. */
    public static OwnerReference reference(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .build();
    }

    /** Binds a pod to a node: its deletion then takes as long as a kubelet needs, and here there is none. */
    public static UnaryOperator<PodBuilder> onNode(String node) {
        return pod -> pod.editSpec().withNodeName(node).endSpec();
    }

    /** Whether exactly this pod, and no namesake, is there and nobody deletes it. */
    public static boolean isThere(KubernetesClient client, Pod pod) {
        Pod now = client.resource(pod).get();
        return now != null
                && now.getMetadata().getUid().equals(pod.getMetadata().getUid())
                && now.getMetadata().getDeletionTimestamp() == null;
    }
}
