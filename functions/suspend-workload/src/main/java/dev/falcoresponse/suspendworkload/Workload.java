package dev.falcoresponse.suspendworkload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Optional;

/**
 * A workload as it was read.
 *
 * @param memory what this function remembers of it, if it has suspended it
 */
record Workload(WorkloadKind kind, GenericKubernetesResource object, Optional<Memory> memory) {
    String namespace() {
        return object.getMetadata().getNamespace();
    }

    String name() {
        return object.getMetadata().getName();
    }

    String uid() {
        return object.getMetadata().getUid();
    }

    String version() {
        return object.getMetadata().getResourceVersion();
    }

    Map<String, String> labels() {
        return Optional.ofNullable(object.getMetadata().getLabels()).orElse(Map.of());
    }

    Map<String, String> annotations() {
        return Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
    }

    /** How many pods it wants; one when it does not say. */
    int replicas() {
        return object.get("spec", "replicas") instanceof Number number ? number.intValue() : 1;
    }

    boolean isSuspended() {
        return kind.isScaled() ? replicas() == 0 : Boolean.TRUE.equals(object.get("spec", "suspend"));
    }

    @Override
    public String toString() {
        return kind.text() + " " + namespace() + "/" + name();
    }
}
