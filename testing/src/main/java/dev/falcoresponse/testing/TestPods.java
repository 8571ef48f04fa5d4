package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Creates pods with the status that a kubelet would report, including container ids. */
public final class TestPods {
    private TestPods() {}

    /** Creates a running pod without a node, so that deletion is immediate. */
    public static Pod create(KubernetesClient client, String namespace, String name) {
        return create(client, namespace, name, pod -> pod);
    }

    /** Creates a running pod after applying a change to it. */
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

    /** A new container id in the form of containerd. */
    public static String newContainerId() {
        String id = UUID.randomUUID().toString() + UUID.randomUUID();
        return "containerd://" + id.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Reports a restart of a pod's first container; both ids are in the form that the status has. */
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

    /** Adds a controller that need not exist. */
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

    /** Adds an existing object as the controller. */
    public static UnaryOperator<PodBuilder> ownedBy(HasMetadata owner) {
        return pod -> pod.editMetadata().addToOwnerReferences(reference(owner)).endMetadata();
    }

    /** The owner reference to a controller. */
    public static OwnerReference reference(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .build();
    }

    /** Binds a pod to a node; without a kubelet its graceful deletion then never completes. */
    public static UnaryOperator<PodBuilder> onNode(String node) {
        return pod -> pod.editSpec().withNodeName(node).endSpec();
    }

    /** Waits until the API server's cache, from which a function reads first, tells the same of a pod as its store. */
    public static void awaitCached(KubernetesClient client, Pod pod) {
        Waiting.until(
                "the API server's cache",
                Duration.ofSeconds(30),
                () -> version(client, pod, "?resourceVersion=0").equals(version(client, pod, "")));
    }

    /** The resource version; empty without the pod. */
    private static String version(KubernetesClient client, Pod pod, String query) {
        String path = "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                + pod.getMetadata().getName() + query;
        String found = client.raw(path);
        return found == null
                ? ""
                : Serialization.unmarshal(found, Pod.class).getMetadata().getResourceVersion();
    }

    /** Whether this very pod (same uid) exists and is not being deleted. */
    public static boolean isThere(KubernetesClient client, Pod pod) {
        Pod now = client.resource(pod).get();
        return now != null
                && now.getMetadata().getUid().equals(pod.getMetadata().getUid())
                && now.getMetadata().getDeletionTimestamp() == null;
    }
}
