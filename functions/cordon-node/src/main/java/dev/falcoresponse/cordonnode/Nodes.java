package dev.falcoresponse.cordonnode;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Nodes as a target: the node that the alert's pod runs on, or for an alert about the host the node that has its name.
 *
 * @param exemptLabel a node with it set to {@code true} is left alone
 */
record Nodes(NodeApi api, Pods pods, AlertGuards guards, String exemptLabel) implements Target<Node> {
    static final Reason CONTROL_PLANE = Reason.denied("control-plane");

    /** How far the clocks of Falco's node and of the API server may differ. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(2);

    @Override
    public List<Guard<Alert>> alertGuards(Effect effect) {
        return List.of(
                unlessHost(guards::noPod), guards::stale, guards::otherCluster, unlessHost(guards::protectedNamespace));
    }

    private boolean isHost(Alert alert) {
        return guards.host(alert).isPresent();
    }

    private Guard<Alert> unlessHost(Guard<Alert> guard) {
        return alert -> isHost(alert) ? Optional.empty() : guard.refusal(alert);
    }

    @Override
    public Found<Node> find(Alert alert, Effect effect, Read read) throws OutcomeException {
        if (isHost(alert)) {
            return host(alert);
        }
        return switch (pods.find(alert, effect, read)) {
            case Missing<Pod> missing -> new Missing<>(missing.outcome());
            case Proven<Pod> proven -> nodeOf(proven.object(), proven.identity());
        };
    }

    private Found<Node> host(Alert alert) throws OutcomeException {
        Optional<Node> node = KubernetesNames.isName(alert.hostname()) ? api.find(alert.hostname()) : Optional.empty();
        if (node.isEmpty()) {
            return missing(
                    Reason.NOT_FOUND,
                    alert.hostname().isEmpty()
                            ? "The alert has no hostname, which must be the Node's name"
                            : "No Node is named \"" + alert.hostname()
                                    + "\", as the alert's hostname is: Falco needs the"
                                    + " environment variable FALCO_HOSTNAME with the Node's name (spec.nodeName)");
        }
        Instant created = Instant.parse(node.get().getMetadata().getCreationTimestamp());
        return created.isAfter(alert.time().plus(CLOCK_DIFFERENCE))
                ? missing(
                        Reason.REPLACED,
                        "Node " + alert.hostname() + " was created at " + created + ", after the alert of "
                                + alert.time())
                : new Proven<>(node.get(), Identity.NAME);
    }

    private Found<Node> nodeOf(Pod pod, Identity identity) throws OutcomeException {
        String name = Optional.ofNullable(pod.getSpec().getNodeName()).orElse("");
        Optional<Node> node = name.isEmpty() ? Optional.empty() : api.find(name);
        return node.<Found<Node>>map(found -> new Proven<>(found, identity))
                .orElseGet(() -> missing(
                        Reason.NOT_FOUND,
                        name.isEmpty()
                                ? "Pod " + Pods.name(pod) + " has no node"
                                : "Node " + name + " of pod " + Pods.name(pod) + " is gone"));
    }

    private static Found<Node> missing(Reason reason, String message) {
        return new Missing<>(new Skipped(reason, message));
    }

    /**
     * The node that a request names.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    Found<Node> find(Undo undo) throws OutcomeException {
        Optional<Node> node = KubernetesNames.isName(undo.name()) ? api.find(undo.name()) : Optional.empty();
        if (node.isEmpty()) {
            return missing(Reason.NOT_FOUND, "There is no Node " + undo.name());
        }
        if (undo.uid().isEmpty()) {
            return new Proven<>(node.get(), Identity.NAME);
        }
        return undo.uid().equals(NodeMarks.uid(node.get()))
                ? new Proven<>(node.get(), Identity.UID)
                : missing(Reason.REPLACED, "Node " + undo.name() + " has another uid than the request");
    }

    @Override
    public List<Guard<Node>> guards(Effect effect) {
        return switch (effect) {
            case CHANGE -> List.of(this::exempt, Nodes::controlPlane);
            case READ, UNDO, NOTIFY -> List.of();
        };
    }

    private Optional<Outcome> exempt(Node node) {
        return Denied.when(
                "true".equals(NodeMarks.labels(node).get(exemptLabel)),
                Reason.EXEMPT,
                "Node " + NodeMarks.name(node) + " has the label " + exemptLabel + "=true");
    }

    private static Optional<Outcome> controlPlane(Node node) {
        return Denied.when(
                NodeMarks.isControlPlane(node),
                CONTROL_PLANE,
                "Node " + NodeMarks.name(node) + " runs the control plane");
    }

    /** An Event about a node is written in the namespace default. */
    @Override
    public List<Permission> permissions() {
        return List.of(
                Resource.PODS.permission("get"),
                Resource.NODES.permission("get"),
                Resource.EVENTS.permissionEverywhere("create"));
    }

    @Override
    public ObjectReference reference(Node node) {
        String name = NodeMarks.name(node);
        return new ObjectReference("v1", "Node", "", name, NodeMarks.uid(node), name, "");
    }
}
