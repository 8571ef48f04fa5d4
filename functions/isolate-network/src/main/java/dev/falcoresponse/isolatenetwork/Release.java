package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.isolatenetwork.Policies.Held;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A released pod.
 *
 * @param before with its marks
 * @param after as it is after the release, or would be
 */
record Release(Pod before, Pod after, List<Held> policies) {
    Release {
        policies = List.copyOf(policies);
    }

    /** Removes the marks and restores the labels; a label that somebody set since stays as it is. */
    static MetadataPatch patch(Pod pod) {
        MetadataPatch patch = new MetadataPatch(pod);
        if (Quarantine.isMarked(pod)) {
            patch.removeLabel(Quarantine.LABEL);
        }
        missing(pod).forEach(patch::putLabel);
        Quarantine.ANNOTATIONS.stream()
                .filter(Quarantine.annotations(pod)::containsKey)
                .forEach(patch::removeAnnotation);
        return patch;
    }

    private static Map<String, String> missing(Pod pod) {
        Map<String, String> missing = new TreeMap<>(Quarantine.removedLabels(pod));
        missing.keySet().removeAll(Quarantine.labels(pod).keySet());
        return missing;
    }

    String sentence() {
        return " pod " + Pods.name(before) + " (uid " + Quarantine.uid(before) + "); " + consequence();
    }

    private String consequence() {
        if (Quarantine.removedLabels(before).isEmpty()) {
            return "it had kept its labels";
        }
        boolean all = restored().equals(Quarantine.removedLabels(before));
        String labels = "its labels are back" + (all ? "" : ", but for those that others changed");
        return owner().filter(_ -> all)
                .map(owner -> labels + ", and with them it belongs to " + owner
                        + " again, which may now remove one of its pods")
                .orElse(labels);
    }

    /** The labels that the pod has again. */
    private Map<String, String> restored() {
        Map<String, String> labels = Quarantine.labels(after);
        Map<String, String> restored = new TreeMap<>(Quarantine.removedLabels(before));
        restored.entrySet().removeIf(each -> !each.getValue().equals(labels.get(each.getKey())));
        return restored;
    }

    private Optional<String> owner() {
        return Optional.ofNullable(Quarantine.annotations(before).get(Quarantine.OWNER));
    }

    Map<String, Object> details() {
        Map<String, Object> details = new HashMap<>(Map.of(
                "restoredLabels",
                restored(),
                "removedPolicies",
                policies.stream().map(Held::toString).toList(),
                "consequence",
                consequence()));
        owner().ifPresent(owner -> details.put("owner", owner));
        isolatedFor(Quarantine.RULE, "isolatedByRule", details);
        isolatedFor(Quarantine.EVENT_ID, "isolatedByEventId", details);
        return details;
    }

    private void isolatedFor(String annotation, String key, Map<String, Object> details) {
        Optional.ofNullable(Quarantine.annotations(before).get(annotation)).ifPresent(value -> details.put(key, value));
    }
}
