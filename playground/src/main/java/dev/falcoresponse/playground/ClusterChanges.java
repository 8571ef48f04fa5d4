package dev.falcoresponse.playground;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what has changed in the cluster since the last call. */
final class ClusterChanges {
    private static final String QUARANTINE = "falco-response/quarantine";

    private final KubernetesClient client;
    private ClusterObjects previous;

    ClusterChanges(KubernetesClient client) {
        this.client = client;
        this.previous = ClusterObjects.of(client);
    }

    /**
     * A change of one object.
     *
     * @param change {@code deleted}, {@code terminating} or {@code created}; for a pod also {@code isolated} or
     *     {@code released}, for a node {@code cordoned} or
     *     {@code uncordoned}, for a workload {@code suspended} or {@code resumed}, for an identity {@code restricted} or
     *     {@code freed}
     * @param diff the lines of a unified diff of the object's YAML
     */
    record Change(
            String kind,
            String namespace,
            String name,
            String uid,
            String change,
            @JsonIgnore List<String> diff) {
        @Override
        public String toString() {
            return (kind.equals("Pod") ? "pod" : kind) + " " + (namespace == null ? "" : namespace + "/") + name + " "
                    + change + (kind.equals("Pod") ? " (uid " + uid + ")" : "");
        }
    }

    List<Change> sinceLastCall() {
        ClusterObjects current = ClusterObjects.of(client);
        List<Change> changes = new ArrayList<>();
        previous.objects().forEach((uid, object) -> {
            if (!current.objects().containsKey(uid)) {
                changes.add(change(uid, object, "deleted", current));
            }
        });
        current.objects().forEach((uid, object) -> {
            if (previous.objects().containsKey(uid)) {
                HasMetadata old = previous.objects().getOrDefault(uid, object);
                if (isTerminating(object) && !isTerminating(old)) {
                    changes.add(change(uid, object, "terminating", current));
                }
                if (isHeld(object) != isHeld(old)) {
                    changes.add(change(uid, object, held(object), current));
                }
            } else {
                changes.add(change(uid, object, "created", current));
            }
        });
        previous = current;
        return changes;
    }

    private static boolean isTerminating(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    private static String held(HasMetadata object) {
        return object.getKind().equals("Node")
                ? (isHeld(object) ? "cordoned" : "uncordoned")
                : (isHeld(object) ? "isolated" : "released");
    }

    private static boolean isHeld(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels != null && labels.containsKey(QUARANTINE);
    }

    /** The memory of a suspended workload stands for the workload. */
    private Change change(String key, HasMetadata object, String change, ClusterObjects current) {
        ObjectMeta meta = object.getMetadata();
        boolean created = change.equals("created");
        if (object instanceof ConfigMap request && meta.getLabels().containsKey(Approvals.LABEL)) {
            String question = request.getData().getOrDefault("question", "");
            return new Change(
                    "request",
                    meta.getNamespace(),
                    meta.getName() + " (" + question + ")",
                    meta.getUid(),
                    created ? "asked" : "ended",
                    diff(key, previous.objects(), current.objects()));
        }
        if (object instanceof ConfigMap memory) {
            Map<String, String> data = memory.getData();
            String uid = data.getOrDefault("uid", "");
            return new Change(
                    data.getOrDefault("kind", ""),
                    data.getOrDefault("namespace", ""),
                    data.getOrDefault("name", ""),
                    uid,
                    created ? "suspended" : "resumed",
                    diff(uid, previous.workloads(), current.workloads()));
        }
        boolean restriction = object instanceof GenericKubernetesResource;
        return new Change(
                object.getKind(),
                meta.getNamespace(),
                meta.getName(),
                meta.getUid(),
                !restriction ? change : created ? "restricted" : "freed",
                diff(key, previous.objects(), current.objects()));
    }

    private static List<String> diff(String key, Map<String, HasMetadata> before, Map<String, HasMetadata> after) {
        return ObjectDiff.of(Optional.ofNullable(before.get(key)), Optional.ofNullable(after.get(key)));
    }
}
