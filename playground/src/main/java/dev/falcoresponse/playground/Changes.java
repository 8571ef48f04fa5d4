package dev.falcoresponse.playground;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has become of pods and their policies between two looks at the cluster. */
final class Changes {
    private static final String QUARANTINE = "falco-response/quarantine";

    private final KubernetesClient client;
    private Map<String, HasMetadata> before;

    Changes(KubernetesClient client) {
        this.client = client;
        this.before = look();
    }

    /**
     * One change of one object.
     *
     * @param change {@code deleted}, {@code terminating} or {@code created}; of a pod also {@code isolated}, {@code
     *     released}
     */
    record Change(String kind, String namespace, String name, String uid, String change) {
        @Override
        public String toString() {
            return (kind.equals("Pod") ? "pod" : kind) + " " + namespace + "/" + name + " " + change
                    + (kind.equals("Pod") ? " (uid " + uid + ")" : "");
        }
    }

    /** What has changed since the last call. */
    List<Change> sinceLastLook() {
        Map<String, HasMetadata> after = look();
        List<Change> changes = new ArrayList<>();
        before.forEach((uid, object) -> {
            if (!after.containsKey(uid)) {
                changes.add(change(object, "deleted"));
            }
        });
        after.forEach((uid, object) -> {
            if (before.containsKey(uid)) {
                HasMetadata old = before.getOrDefault(uid, object);
                if (isTerminating(object) && !isTerminating(old)) {
                    changes.add(change(object, "terminating"));
                }
                if (isIsolated(object) != isIsolated(old)) {
                    changes.add(change(object, isIsolated(object) ? "isolated" : "released"));
                }
            } else {
                changes.add(change(object, "created"));
            }
        });
        before = after;
        return changes;
    }

    private static boolean isTerminating(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    private static boolean isIsolated(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels != null && labels.containsKey(QUARANTINE);
    }

    private static Change change(HasMetadata object, String what) {
        ObjectMeta meta = object.getMetadata();
        return new Change(object.getKind(), meta.getNamespace(), meta.getName(), meta.getUid(), what);
    }

    private Map<String, HasMetadata> look() {
        Map<String, HasMetadata> objects = new TreeMap<>();
        try {
            client.pods().inAnyNamespace().list().getItems().forEach(each -> put(objects, each));
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
            // who may not list them in one's own cluster gets the answers, which say the same
        }
        return objects;
    }

    private static void put(Map<String, HasMetadata> objects, HasMetadata each) {
        objects.put(each.getMetadata().getUid(), each);
    }
}
