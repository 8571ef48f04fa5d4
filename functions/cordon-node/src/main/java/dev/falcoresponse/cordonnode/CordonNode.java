package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import io.fabric8.kubernetes.api.model.Node;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps new pods off the node that an alert is about; those that run go on. */
@Singleton
final class CordonNode implements Reversible<Node> {
    static final String NAME = "cordon-node";

    private static final Reason CORDONED = Reason.acted("cordoned");
    static final Reason UNCORDONED = Reason.acted("uncordoned");
    static final Reason RELEASED = Reason.acted("released");
    private static final Reason TOO_FEW_NODES = Reason.denied("too-few-nodes");

    private final Nodes target;
    private final NodeApi nodes;
    private final OwnConfigMaps configMaps;
    private final Slots slots;
    private final Uncordoning uncordoning;
    private final AccessApi access;
    private final CordonNodeSettings settings;
    private final InstantSource clock;

    CordonNode(
            Pods pods,
            ApiClient client,
            ObjectApi objects,
            AccessApi access,
            ResponseSettings response,
            CordonNodeSettings settings,
            Namespaces namespaces,
            OwnConfigMaps configMaps,
            InstantSource clock) {
        this.nodes = new NodeApi(client, objects);
        this.target = new Nodes(nodes, pods, new AlertGuards(response, namespaces, clock), response.exemptLabel());
        this.configMaps = configMaps;
        this.slots = new Slots(configMaps, nodes, settings.max(), clock);
        this.uncordoning = new Uncordoning(nodes, slots);
        this.access = access;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Target<Node> target() {
        return target;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(CORDONED, UNCORDONED, RELEASED, TOO_FEW_NODES, Nodes.CONTROL_PLANE);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(CordonNodeSettings.class);
    }

    @Override
    public List<Permission> permissions() {
        return List.of(Resource.NODES.permission("list"), Resource.NODES.permission("patch"));
    }

    @Override
    public Optional<String> obstacle() throws OutcomeException {
        return configMaps.missingPermissions(access, List.of("get", "create", "delete"));
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Node node) throws OutcomeException {
        if (NodeMarks.isCordoned(node)) {
            return Optional.of(
                    new Skipped(Reason.ALREADY_DONE, "Node " + NodeMarks.name(node) + " is cordoned already"));
        }
        if (NodeMarks.isUnschedulable(node)) {
            return Optional.empty(); // a person's cordon: marking it takes no node away
        }
        return tooFewNodes(node, nodes.schedulableWorkers(), Set.of());
    }

    /** @param taken uids of nodes that other replicas are about to cordon */
    private Optional<Outcome> tooFewNodes(Node node, List<String> workers, Set<String> taken) {
        long left = workers.stream()
                .filter(uid -> !uid.equals(NodeMarks.uid(node)) && !taken.contains(uid))
                .count();
        return Denied.when(
                left < settings.minSchedulable(),
                TOO_FEW_NODES,
                "Without Node " + NodeMarks.name(node) + " there would be " + left
                        + " ready, schedulable workers, fewer than CORDON_NODE_MIN_SCHEDULABLE "
                        + settings.minSchedulable());
    }

    @Override
    public Change act(Alert alert, Node node, Run run) throws OutcomeException {
        String slot = slots.acquire(node, run);
        Optional<Instant> expiry = settings.expiresAfter().map(clock.instant()::plus);
        try {
            requireEnoughNodes(node);
            nodes.patch(node, NodePatch.cordon(node, alert, slot, expiry), run);
        } catch (OutcomeException e) {
            giveBack(node, run, e);
            throw e;
        }
        boolean before = NodeMarks.isUnschedulable(node) && !NodeMarks.isTouched(node);
        Map<String, Object> details = new HashMap<>(Map.of("slot", slot, "cordonedBefore", before));
        expiry.ifPresent(time -> details.put("expiresAt", time.toString()));
        return new Change(
                CORDONED,
                run.verb("Cordoned", "cordon") + sentence(node)
                        + "; no new pod is scheduled there, and those that run go on"
                        + (before ? "; a person had cordoned it before" : ""),
                details);
    }

    /** The alert's pod may be gone by now; the node is not. */
    @Override
    public Optional<Change> confirm(ObjectReference node, Map<String, Object> details) throws OutcomeException {
        return nodes.find(node.name())
                .filter(now -> NodeMarks.uid(now).equals(node.uid()) && NodeMarks.isCordoned(now))
                .map(now -> new Change(
                        CORDONED, "Cordoned" + sentence(now) + "; the API server's answer was lost", Map.of()));
    }

    /** With the slot taken: of replicas that count at the same time, at least the later one sees the other's slot. */
    private void requireEnoughNodes(Node node) throws OutcomeException {
        if (NodeMarks.isUnschedulable(node)) {
            return;
        }
        List<String> workers = nodes.schedulableWorkers();
        Optional<Outcome> refused = tooFewNodes(node, workers, Set.of());
        if (refused.isPresent()) {
            throw new OutcomeException(refused.get());
        }
        if (tooFewNodes(node, workers, slots.heldUids()).isPresent()) {
            throw new OutcomeException(Failed.retryable(
                    Reason.CONFLICT,
                    "Another node is being cordoned at this moment: it decides whether enough nodes remain"));
        }
    }

    /** A slot that no change follows is free again; where the change may have been made, or is repeated, it is kept. */
    private void giveBack(Node node, Run run, OutcomeException cause) throws OutcomeException {
        boolean open = cause instanceof ConflictException || cause.isUncertain();
        if (run == Run.REAL
                && !open
                && nodes.find(NodeMarks.name(node))
                        .filter(NodeMarks::isCordoned)
                        .isEmpty()) {
            slots.release(slots.heldBy(node), run);
        }
    }

    static String sentence(Node node) {
        return " Node " + NodeMarks.name(node) + " (uid " + NodeMarks.uid(node) + ")";
    }

    @Override
    public Found<Node> find(Undo undo) throws OutcomeException {
        return target.find(undo);
    }

    @Override
    public Change undo(Node node, Run run) throws OutcomeException {
        return uncordoning.undo(node, run);
    }

    @Override
    public Reason undone() {
        return UNCORDONED;
    }

    @Override
    public List<Node> expired(Instant now) throws OutcomeException {
        return nodes.marked().stream()
                .filter(node -> NodeMarks.isExpired(node, now))
                .toList();
    }

    @Override
    public Cause cause(Node node) {
        return NodeMarks.cause(node);
    }

    @Override
    public boolean isMissing(Alert alert, Node node) {
        return !NodeMarks.isCordoned(node);
    }
}
