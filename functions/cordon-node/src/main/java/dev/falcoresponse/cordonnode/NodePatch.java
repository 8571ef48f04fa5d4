package dev.falcoresponse.cordonnode;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.event.Alert;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The one merge patch by which a node is cordoned, or taken back: bound to its uid and to the version that was read. */
final class NodePatch {
    private final Map<String, Object> metadata = new HashMap<>();
    private final Map<String, @Nullable Object> labels = new HashMap<>();
    private final Map<String, @Nullable Object> annotations = new HashMap<>();
    private final Map<String, @Nullable Object> spec = new HashMap<>();

    private final Map<String, String> before;

    private NodePatch(Node node) {
        metadata.put("uid", NodeMarks.uid(node));
        metadata.put("resourceVersion", node.getMetadata().getResourceVersion());
        before = NodeMarks.annotations(node);
    }

    /** Cordons the node; what a person had set before is remembered. */
    static NodePatch cordon(Node node, Alert alert, String slot, Optional<Instant> expiry) {
        NodePatch patch = new NodePatch(node);
        patch.spec.put("unschedulable", true);
        patch.labels.put(NodeMarks.LABEL, NodeMarks.uid(node));
        patch.annotations.put(NodeMarks.RULE, alert.rule());
        patch.annotations.put(NodeMarks.EVENT_ID, alert.id());
        patch.annotations.put(NodeMarks.EVENT_TIME, alert.time().toString());
        patch.annotations.put(NodeMarks.SLOT, slot);
        patch.set(NodeMarks.RELEASING, Optional.empty());
        patch.set(NodeMarks.EXPIRES_AT, expiry.map(Instant::toString));
        // while our cordon is there, what it says of the time before is still true; without it a person has changed
        // that since
        if (!NodeMarks.isCordoned(node)) {
            patch.set(
                    NodeMarks.CORDONED_BEFORE,
                    NodeMarks.isUnschedulable(node) ? Optional.of("true") : Optional.empty());
        }
        if (!NodeMarks.isTouched(node)) {
            String kept = NodeMarks.AUTOSCALERS.stream()
                    .filter(patch.before::containsKey)
                    .collect(joining(","));
            patch.set(NodeMarks.KEPT, Optional.of(kept).filter(text -> !text.isEmpty()));
        }
        NodeMarks.AUTOSCALERS.stream()
                .filter(key -> !patch.before.containsKey(key))
                .forEach(key -> patch.annotations.put(key, "true"));
        return patch;
    }

    /** Sets the annotation, or removes one that was left behind. */
    private void set(String key, Optional<String> value) {
        if (value.isPresent() || before.containsKey(key)) {
            annotations.put(key, value.orElse(null));
        }
    }

    /** Removes the note that a slot is being given back. */
    static NodePatch released(Node node) {
        NodePatch patch = new NodePatch(node);
        patch.set(NodeMarks.RELEASING, Optional.empty());
        return patch;
    }

    /**
     * Removes what {@link #cordon} has set, and nothing else.
     *
     * @param releasing the uid of the slot that is given back next
     */
    static NodePatch uncordon(Node node, Optional<String> releasing) {
        NodePatch patch = new NodePatch(node);
        if (isOursToUncordon(node)) {
            patch.spec.put("unschedulable", null);
        }
        if (NodeMarks.labels(node).containsKey(NodeMarks.LABEL)) {
            patch.labels.put(NodeMarks.LABEL, null);
        }
        NodeMarks.OWN.forEach(key -> patch.set(key, Optional.empty()));
        patch.set(NodeMarks.RELEASING, releasing);
        List<String> kept =
                List.of(patch.before.getOrDefault(NodeMarks.KEPT, "").split(",", -1));
        NodeMarks.AUTOSCALERS.stream()
                .filter(key -> !kept.contains(key) && "true".equals(patch.before.get(key)))
                .forEach(key -> patch.annotations.put(key, null));
        return patch;
    }

    /** Whether the node is cordoned, and by this function: no person had cordoned it before, or has removed the label since. */
    static boolean isOursToUncordon(Node node) {
        return NodeMarks.isCordoned(node)
                && !"true".equals(NodeMarks.annotations(node).get(NodeMarks.CORDONED_BEFORE));
    }

    Map<String, Object> body() {
        Map<String, Object> all = new HashMap<>(metadata);
        if (!labels.isEmpty()) {
            all.put("labels", labels);
        }
        all.put("annotations", annotations);
        return spec.isEmpty() ? Map.of("metadata", all) : Map.of("metadata", all, "spec", spec);
    }
}
