package dev.falcoresponse.releasepod;

import dev.falcoresponse.kubernetes.JsonPatch;
import dev.falcoresponse.quarantine.Policies.Held;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A pod given back.
 *
 * @param before as it was found, with its marks
 * @param after as it is now, or would be
 */
record Return(Pod before, Pod after, List<Held> policies) {
    Return {
        policies = List.copyOf(policies);
    }

    /** Takes the marks away and puts the labels back; a label that someone has put there since stays as it is. */
    static JsonPatch patch(Pod pod) {
        JsonPatch patch = new JsonPatch(pod);
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
        Map<String, String> missing = new TreeMap<>(Quarantine.takenLabels(pod));
        missing.keySet().removeAll(Quarantine.labels(pod).keySet());
        return missing;
    }

    String sentence() {
        return "pod " + Quarantine.name(before) + " (uid " + Quarantine.uid(before) + "); " + consequence();
    }

    private String consequence() {
        if (Quarantine.takenLabels(before).isEmpty()) {
            return "it had kept its labels";
        }
        boolean all = back().equals(Quarantine.takenLabels(before));
        String labels = "its labels are back" + (all ? "" : ", but for those that others changed");
        return owner().filter(_ -> all)
                .map(owner -> labels + ", and with them it belongs to " + owner
                        + " again, which may now remove one of its pods")
                .orElse(labels);
    }

    /** The labels that it has again. */
    private Map<String, String> back() {
        Map<String, String> labels = Quarantine.labels(after);
        Map<String, String> back = new TreeMap<>(Quarantine.takenLabels(before));
        back.entrySet().removeIf(each -> !each.getValue().equals(labels.get(each.getKey())));
        return back;
    }

    private Optional<String> owner() {
        return Optional.ofNullable(Quarantine.annotations(before).get(Quarantine.OWNER));
    }

    Map<String, Object> details() {
        Map<String, Object> details = new HashMap<>(Map.of(
                "restoredLabels",
                back(),
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
