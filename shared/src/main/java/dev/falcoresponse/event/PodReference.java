package dev.falcoresponse.event;

/**
 * The pod that an event names. Nothing is verified here; an empty text means that it was not given.
 *
 * @param container the container's name
 * @param containerId the start of the container's id, {@code host} for the node itself
 * @param sandboxId the start of the id of the pod's sandbox, which some versions of Falco give as the container's id
 */
public record PodReference(
        String namespace, String name, String uid, String container, String containerId, String sandboxId) {
    /** What Falco writes as container id for a process on the node itself. */
    private static final String HOST = "host";

    /** No pod at all. */
    public static final PodReference NONE = new PodReference("", "", "", "", "", "");

    public boolean isHost() {
        return containerId.equals(HOST);
    }

    /** Whether neither a pod nor a namespace is named. */
    public boolean isEmpty() {
        return namespace.isEmpty() && name.isEmpty();
    }

    public boolean isComplete() {
        return !namespace.isEmpty() && !name.isEmpty();
    }

    /** Whether Kubernetes accepts both names. */
    public boolean isValid() {
        return KubernetesNames.isNamespace(namespace) && KubernetesNames.isName(name);
    }

    /** Whether the container's id is in truth that of the pod's sandbox, and so belongs to no container. */
    public boolean isSandbox() {
        return !containerId.isEmpty()
                && !sandboxId.isEmpty()
                && (sandboxId.startsWith(containerId) || containerId.startsWith(sandboxId));
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
