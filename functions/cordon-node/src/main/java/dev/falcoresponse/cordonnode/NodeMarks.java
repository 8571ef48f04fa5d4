package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.event.Times;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The marks on a cordoned node. They are bound to its uid: on a node that was recreated under its name they mean nothing. */
final class NodeMarks {
    /** The node's own uid. */
    static final String LABEL = "falco-response/quarantine";

    static final String RULE = "falco-response/rule";
    static final String EVENT_ID = "falco-response/event-id";

    /** RFC 3339. */
    static final String EVENT_TIME = "falco-response/event-time";

    /** RFC 3339; absent when the node stays cordoned until somebody asks. */
    static final String EXPIRES_AT = "falco-response/expires-at";

    /** {@code true} when a person had cordoned the node before; else absent. */
    static final String CORDONED_BEFORE = "falco-response/cordoned-before";

    /** The slot that was taken for the node. */
    static final String SLOT = "falco-response/slot";

    /** The uid of the slot that an undo is about to give back: no alert may rely on it any more. */
    static final String RELEASING = "falco-response/releasing";

    /** The keys of {@link #AUTOSCALERS} that others had set before, separated by commas; absent when there are none. */
    static final String KEPT = "falco-response/kept-annotations";

    /** Keep autoscalers from removing the node, and with it the evidence. */
    static final List<String> AUTOSCALERS =
            List.of("cluster-autoscaler.kubernetes.io/scale-down-disabled", "karpenter.sh/do-not-disrupt");

    /** All annotations of our own. */
    static final List<String> OWN =
            List.of(RULE, EVENT_ID, EVENT_TIME, EXPIRES_AT, CORDONED_BEFORE, SLOT, RELEASING, KEPT);

    private static final List<String> CONTROL_PLANE =
            List.of("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master");

    private NodeMarks() {}

    static String name(Node node) {
        return node.getMetadata().getName();
    }

    static String uid(Node node) {
        return node.getMetadata().getUid();
    }

    static Map<String, String> labels(Node node) {
        return Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of());
    }

    static Map<String, String> annotations(Node node) {
        return Optional.ofNullable(node.getMetadata().getAnnotations()).orElse(Map.of());
    }

    static boolean isUnschedulable(Node node) {
        return node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    }

    static boolean isMarked(Node node) {
        return uid(node).equals(labels(node).get(LABEL));
    }

    /** Whether the node has any mark of ours, perhaps without the label, which a person may have removed. */
    static boolean isTouched(Node node) {
        return isMarked(node) || OWN.stream().anyMatch(annotations(node)::containsKey);
    }

    /** Whether the node is cordoned, and by this function. */
    static boolean isCordoned(Node node) {
        return isMarked(node) && isUnschedulable(node);
    }

    static boolean isControlPlane(Node node) {
        return CONTROL_PLANE.stream().anyMatch(labels(node)::containsKey);
    }

    /** Whether new pods are scheduled to the node. */
    static boolean isSchedulableWorker(Node node) {
        return !isControlPlane(node)
                && !isUnschedulable(node)
                && node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(each -> "Ready".equals(each.getType()) && "True".equals(each.getStatus()));
    }

    static boolean isExpired(Node node, Instant now) {
        return Times.hasCome(annotations(node).get(EXPIRES_AT), now);
    }

    static Cause cause(Node node) {
        Map<String, String> annotations = annotations(node);
        return new Cause(
                annotations.getOrDefault(RULE, ""),
                annotations.getOrDefault(EVENT_ID, ""),
                annotations.getOrDefault(EVENT_TIME, ""));
    }
}
