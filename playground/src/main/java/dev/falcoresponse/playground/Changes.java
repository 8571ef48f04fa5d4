package dev.falcoresponse.playground;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has become of the pods between two looks at the cluster. */
final class Changes {
    private final KubernetesClient client;
    private Map<String, Pod> before;

    Changes(KubernetesClient client) {
        this.client = client;
        this.before = pods();
    }

    /** One change of one pod: {@code deleted}, {@code terminating} or {@code created}. */
    record Change(String kind, String namespace, String name, String uid, String change) {
        @Override
        public String toString() {
            return "pod " + namespace + "/" + name + " " + change + " (uid " + uid + ")";
        }
    }

    /** What has changed since the last call. */
    List<Change> sinceLastLook() {
        Map<String, Pod> after = pods();
        List<Change> changes = new ArrayList<>();
        before.forEach((uid, pod) -> {
            if (!after.containsKey(uid)) {
                changes.add(change(pod, "deleted"));
            }
        });
        after.forEach((uid, pod) -> {
            if (!before.containsKey(uid)) {
                changes.add(change(pod, "created"));
            } else if (isTerminating(pod) && !isTerminating(before.getOrDefault(uid, pod))) {
                changes.add(change(pod, "terminating"));
            }
        });
        before = after;
        return changes;
    }

    private static boolean isTerminating(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    private static Change change(Pod pod, String what) {
        ObjectMeta meta = pod.getMetadata();
        return new Change("Pod", meta.getNamespace(), meta.getName(), meta.getUid(), what);
    }

    private Map<String, Pod> pods() {
        Map<String, Pod> pods = new TreeMap<>();
        try {
            client.pods()
                    .inAnyNamespace()
                    .list()
                    .getItems()
                    .forEach(pod -> pods.put(pod.getMetadata().getUid(), pod));
        } catch (KubernetesClientException e) {
            if (e.getCode() != 403) {
                throw e;
            }
            // who may not list pods in one's own cluster gets the answers, which say the same
        }
        return pods;
    }
}
