package dev.falcoresponse.playground;

import dev.falcoresponse.playground.Restrictions.Restricted;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds what has changed in pods and network policies since the last call. */
final class ClusterChanges {
    private static final String SUSPENDED = "falco-response/suspended";
    private static final String QUARANTINE = "falco-response/quarantine";

    private final KubernetesClient client;
    private Map<String, HasMetadata> previous;

    ClusterChanges(KubernetesClient client) {
        this.client = client;
        this.previous = list();
    }

    /**
     * A change of one object.
     *
     * @param change {@code deleted}, {@code terminating} or {@code created}; for a pod also {@code isolated} or
     *     {@code released}, for a node {@code cordoned} or
     *     {@code uncordoned}, for a workload {@code suspended} or {@code resumed}, for an identity {@code restricted} or
     *     {@code freed}
     */
    record Change(String kind, String namespace, String name, String uid, String change) {
        @Override
        public String toString() {
            return (kind.equals("Pod") ? "pod" : kind) + " " + (namespace == null ? "" : namespace + "/") + name + " "
                    + change + (kind.equals("Pod") ? " (uid " + uid + ")" : "");
        }
    }

    List<Change> sinceLastCall() {
        Map<String, HasMetadata> current = list();
        List<Change> changes = new ArrayList<>();
        previous.forEach((uid, object) -> {
            if (!current.containsKey(uid)) {
                changes.add(change(object, "deleted"));
            }
        });
        current.forEach((uid, object) -> {
            if (previous.containsKey(uid)) {
                HasMetadata old = previous.getOrDefault(uid, object);
                if (isTerminating(object) && !isTerminating(old)) {
                    changes.add(change(object, "terminating"));
                }
                if (isHeld(object) != isHeld(old)) {
                    changes.add(change(object, held(object)));
                }
            } else {
                changes.add(change(object, "created"));
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
    private static Change change(HasMetadata object, String change) {
        ObjectMeta meta = object.getMetadata();
        if (object instanceof ConfigMap request && meta.getLabels().containsKey(Approvals.LABEL)) {
            String question = request.getData().getOrDefault("question", "");
            return new Change(
                    "request",
                    meta.getNamespace(),
                    meta.getName() + " (" + question + ")",
                    meta.getUid(),
                    change.equals("created") ? "asked" : "ended");
        }
        if (object instanceof ConfigMap memory) {
            Map<String, String> data = memory.getData();
            return new Change(
                    data.getOrDefault("kind", ""),
                    data.getOrDefault("namespace", ""),
                    data.getOrDefault("name", ""),
                    data.getOrDefault("uid", ""),
                    change.equals("created") ? "suspended" : "resumed");
        }
        if (object instanceof GenericKubernetesResource) {
            return new Change(
                    object.getKind(),
                    meta.getNamespace(),
                    meta.getName(),
                    meta.getUid(),
                    change.equals("created") ? "restricted" : "freed");
        }
        return new Change(object.getKind(), meta.getNamespace(), meta.getName(), meta.getUid(), change);
    }

    private Map<String, HasMetadata> list() {
        Map<String, HasMetadata> objects = new TreeMap<>();
        try {
            client.pods().inAnyNamespace().list().getItems().forEach(each -> put(objects, each));
            client.configMaps()
                    .inAnyNamespace()
                    .withLabel(SUSPENDED)
                    .list()
                    .getItems()
                    .forEach(each -> put(objects, each));
            client.configMaps()
                    .inAnyNamespace()
                    .withLabel(Approvals.LABEL)
                    .list()
                    .getItems()
                    .forEach(each -> put(objects, each));
            Restrictions.all(client).forEach(each -> objects.put("restriction of " + each, entry(each)));
            client.nodes().list().getItems().forEach(each -> put(objects, each));
            client.network()
                    .v1()
                    .networkPolicies()
                    .inAnyNamespace()
                    .list()
                    .getItems()
                    .forEach(each -> put(objects, each));
        } catch (KubernetesClientException e) {
            if (e.getCode() != 403) {
                throw e;
            }
            // a user without permission to list them still sees the functions' answers
        }
        return objects;
    }

    /** The entry stands for the restricted identity. */
    private static HasMetadata entry(Restricted restricted) {
        GenericKubernetesResource entry = new GenericKubernetesResource();
        entry.setKind(restricted.kind());
        entry.setMetadata(new ObjectMetaBuilder()
                .withNamespace(restricted.namespace().isEmpty() ? null : restricted.namespace())
                .withName(restricted.name())
                .withUid(restricted.uid())
                .build());
        return entry;
    }

    private static void put(Map<String, HasMetadata> objects, HasMetadata each) {
        objects.put(each.getMetadata().getUid(), each);
    }
}
