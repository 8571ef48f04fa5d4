package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Limits over all replicas how many nodes are cordoned at the same time. A slot is a ConfigMap in the function's namespace: to
 * create it is atomic, and it is created before the node is changed.
 *
 * @param max how many slots there are
 */
record Slots(OwnConfigMaps configMaps, NodeApi nodes, int max, InstantSource clock) {
    private static final String NODE = "node";
    private static final String UID = "uid";

    /** A slot is created a moment before its node is changed: an older one without its node was left behind. */
    private static final Duration MAX_AGE_WITHOUT_NODE = Duration.ofMinutes(1);

    private List<String> names() {
        return IntStream.rangeClosed(1, max).mapToObj(i -> "cordoned-" + i).toList();
    }

    /**
     * Takes a slot for the node. One that another attempt for the same node has just taken serves both; one that was left behind,
     * or that an undo is about to give back, is made anew, so that nobody else deletes it.
     *
     * @return its name
     * @throws OutcomeException as denied/budget when all are taken
     */
    String acquire(Node node, Run run) throws OutcomeException {
        requireFewCordoned(node);
        String releasing = NodeMarks.annotations(node).getOrDefault(NodeMarks.RELEASING, "");
        for (ConfigMap earlier : heldBy(node)) {
            boolean isGivenBack = earlier.getMetadata().getUid().equals(releasing);
            if (!isGivenBack && !isAbandoned(earlier)) {
                return earlier.getMetadata().getName();
            }
            configMaps.delete(earlier.getMetadata(), run);
            if (run == Run.DRY) {
                return earlier.getMetadata().getName();
            }
        }
        for (String name : names()) {
            if (take(name, node, run)) {
                return name;
            }
        }
        throw full();
    }

    /** Nodes with our label count too: somebody may have deleted a slot. */
    private void requireFewCordoned(Node node) throws OutcomeException {
        long others = nodes.marked().stream()
                .filter(NodeMarks::isUnschedulable)
                .filter(each -> !NodeMarks.uid(each).equals(NodeMarks.uid(node)))
                .count();
        if (others >= max) {
            throw full();
        }
    }

    private OutcomeException full() {
        return new OutcomeException(
                new Denied(Reason.BUDGET, "CORDON_NODE_MAX of " + max + " nodes are cordoned, or are being cordoned"));
    }

    /** The node's slots; its marks name one, in case there were more slots when it was taken. */
    List<ConfigMap> heldBy(Node node) throws OutcomeException {
        List<ConfigMap> held = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>(names());
        Optional.ofNullable(NodeMarks.annotations(node).get(NodeMarks.SLOT))
                .filter(name -> name.matches("cordoned-\\d{1,6}"))
                .ifPresent(names::add);
        for (String name : names) {
            configMaps
                    .find(name)
                    .filter(slot -> NodeMarks.uid(node).equals(data(slot, UID)))
                    .ifPresent(held::add);
        }
        return held;
    }

    /** The uids of all nodes that have a slot which was not left behind. */
    Set<String> heldUids() throws OutcomeException {
        Set<String> uids = new HashSet<>();
        for (String name : names()) {
            Optional<ConfigMap> slot = configMaps.find(name);
            if (slot.isPresent() && !isAbandoned(slot.get())) {
                uids.add(data(slot.get(), UID));
            }
        }
        return uids;
    }

    private boolean take(String name, Node node, Run run) throws OutcomeException {
        Optional<ConfigMap> slot = configMaps.find(name);
        if (slot.isPresent()) {
            if (!isAbandoned(slot.get())) {
                return false;
            }
            configMaps.delete(slot.get().getMetadata(), run);
            if (run == Run.DRY) {
                return true;
            }
        }
        return create(name, node, run);
    }

    private boolean isAbandoned(ConfigMap slot) throws OutcomeException {
        Instant created = Instant.parse(slot.getMetadata().getCreationTimestamp());
        return created.plus(MAX_AGE_WITHOUT_NODE).isBefore(clock.instant())
                && nodes.find(data(slot, NODE))
                        .filter(node -> NodeMarks.uid(node).equals(data(slot, UID)))
                        .filter(NodeMarks::isCordoned)
                        .isEmpty();
    }

    private static String data(ConfigMap slot, String key) {
        return Optional.ofNullable(slot.getData()).orElse(Map.of()).getOrDefault(key, "");
    }

    private boolean create(String name, Node node, Run run) throws OutcomeException {
        try {
            configMaps.create(name, Map.of(), Map.of(NODE, NodeMarks.name(node), UID, NodeMarks.uid(node)), run);
            return true;
        } catch (ConflictException e) {
            return false; // another replica was faster
        }
    }

    /** Gives exactly these slots back: another attempt may have taken one anew. */
    void release(List<ConfigMap> held, Run run) throws OutcomeException {
        for (ConfigMap slot : held) {
            configMaps.delete(slot.getMetadata(), run);
        }
    }

    /** Slots of the node that no attempt can still need. */
    List<ConfigMap> abandonedBy(Node node) throws OutcomeException {
        List<ConfigMap> abandoned = new ArrayList<>();
        for (ConfigMap slot : heldBy(node)) {
            if (isAbandoned(slot)) {
                abandoned.add(slot);
            }
        }
        return abandoned;
    }
}
