package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
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
 * @param namespace of the function
 * @param max how many slots there are
 */
record Slots(ApiClient client, ObjectApi objects, NodeApi nodes, String namespace, int max, InstantSource clock) {
    private static final Resource CONFIG_MAPS = Resource.namespaced("", "v1", "configmaps");
    private static final String NODE = "node";
    private static final String UID = "uid";

    /** A slot is created a moment before its node is changed: an older one without its node was left behind. */
    private static final Duration MAX_AGE_WITHOUT_NODE = Duration.ofMinutes(1);

    /** What the function may not do in its own namespace, as the rest of a sentence. */
    static Optional<String> missingPermissions(AccessApi access, String namespace) throws OutcomeException {
        List<String> missing = new ArrayList<>();
        for (String verb : List.of("get", "create", "delete")) {
            Permission permission = CONFIG_MAPS.permission(verb);
            if (!access.allows(permission, namespace)) {
                missing.add("may not " + permission + " in namespace " + namespace);
            }
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing));
    }

    private List<String> names() {
        return IntStream.rangeClosed(1, max).mapToObj(i -> "cordoned-" + i).toList();
    }

    private Optional<ConfigMap> find(String name) throws OutcomeException {
        return objects.find(CONFIG_MAPS, namespace, name, ConfigMap.class);
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
            delete(earlier, run);
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
            find(name)
                    .filter(slot -> NodeMarks.uid(node).equals(data(slot, UID)))
                    .ifPresent(held::add);
        }
        return held;
    }

    /** The uids of all nodes that have a slot. */
    Set<String> heldUids() throws OutcomeException {
        Set<String> uids = new HashSet<>();
        for (String name : names()) {
            find(name).map(slot -> data(slot, UID)).ifPresent(uids::add);
        }
        return uids;
    }

    private boolean take(String name, Node node, Run run) throws OutcomeException {
        Optional<ConfigMap> slot = find(name);
        if (slot.isPresent()) {
            if (!isAbandoned(slot.get())) {
                return false;
            }
            delete(slot.get(), run);
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
        Map<String, Object> slot = Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of("name", name, "labels", Map.of("app.kubernetes.io/managed-by", "falco-response")),
                "immutable",
                true,
                "data",
                Map.of(NODE, NodeMarks.name(node), UID, NodeMarks.uid(node)));
        String path = CONFIG_MAPS.path(namespace) + (run == Run.DRY ? "?dryRun=All" : "");
        try {
            client.change(new Call("POST", path, "create", CONFIG_MAPS.text(), namespace, ""), ApiClient.JSON, slot);
            return true;
        } catch (ConflictException e) {
            return false; // another replica was faster
        }
    }

    /** Gives exactly these slots back: another attempt may have taken one anew. */
    void release(List<ConfigMap> slots, Run run) throws OutcomeException {
        for (ConfigMap slot : slots) {
            delete(slot, run);
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

    private void delete(ConfigMap slot, Run run) throws OutcomeException {
        var options = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(slot.getMetadata().getUid())
                .endPreconditions();
        String name = slot.getMetadata().getName();
        try {
            client.change(
                    Call.on(CONFIG_MAPS, "DELETE", "delete", namespace, name, ""),
                    ApiClient.JSON,
                    (run == Run.DRY ? options.withDryRun("All") : options).build());
        } catch (OutcomeException e) {
            if (!(e.outcome() instanceof Skipped)) {
                throw e; // else it is gone, or is another one
            }
        }
    }
}
