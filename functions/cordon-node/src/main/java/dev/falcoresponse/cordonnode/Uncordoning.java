package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes a cordon back, and gives its slot free. */
record Uncordoning(NodeApi nodes, Slots slots) {
    /** How often a note is removed from a node that others change at the same moment. */
    private static final int ATTEMPTS = 5;

    /** The node comes first: a slot without its node is freed by the next alert. */
    Change undo(Node node, Run run) throws OutcomeException {
        boolean touched = NodeMarks.isTouched(node);
        // a young slot of a node without marks is that of an alert which is being answered
        List<ConfigMap> held = touched ? slots.heldBy(node) : slots.abandonedBy(node);
        if (touched) {
            Optional<String> releasing =
                    held.stream().findFirst().map(slot -> slot.getMetadata().getUid());
            Node uncordoned = nodes.patch(node, NodePatch.uncordon(node, releasing), run);
            try {
                slots.release(held, run);
                endRelease(uncordoned, run);
            } catch (OutcomeException e) {
                throw e.afterChange();
            }
        } else {
            slots.release(held, run);
        }
        if (!touched) {
            throw new OutcomeException(new Skipped(
                    Reason.NOTHING_TO_UNDO,
                    "Node " + NodeMarks.name(node) + " is not cordoned by this function, or no longer"));
        }
        return NodePatch.isOursToUncordon(node) || isHalfDone(node)
                ? new Change(
                        CordonNode.UNCORDONED, run.verb("Uncordoned", "uncordon") + CordonNode.sentence(node), Map.of())
                : new Change(
                        CordonNode.RELEASED,
                        run.verb("Removed", "remove") + " the marks of" + CordonNode.sentence(node) + "; " + left(node),
                        Map.of());
    }

    /** An alert that cordons the node at the same moment removes the note itself. */
    private void endRelease(Node uncordoned, Run run) throws OutcomeException {
        Optional<Node> node = Optional.of(uncordoned);
        for (int attempt = 1; run == Run.REAL && attempt <= ATTEMPTS; attempt++) {
            Optional<Node> noted =
                    node.filter(each -> NodeMarks.annotations(each).containsKey(NodeMarks.RELEASING));
            if (noted.isEmpty()) {
                return;
            }
            try {
                nodes.patch(noted.get(), NodePatch.released(noted.get()), run);
                return;
            } catch (ConflictException e) {
                node = nodes.find(NodeMarks.name(uncordoned));
            }
        }
    }

    /** An undo before has uncordoned the node, and did not come to the end of giving its slot back. */
    private static boolean isHalfDone(Node node) {
        return NodeMarks.annotations(node).containsKey(NodeMarks.RELEASING) && !NodeMarks.isUnschedulable(node);
    }

    private static String left(Node node) {
        if (!NodeMarks.isUnschedulable(node)) {
            return "a person has uncordoned it meanwhile";
        }
        return NodeMarks.isMarked(node)
                ? "a person had cordoned it before, and it stays cordoned"
                : "a person has removed the label meanwhile, and it stays cordoned";
    }
}
