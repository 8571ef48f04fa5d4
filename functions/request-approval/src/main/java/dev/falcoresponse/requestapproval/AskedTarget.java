package dev.falcoresponse.requestapproval;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.security.SystemIdentity;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;

/**
 * What the action will be for, as far as a person must know it: the pod of the alert, for some actions also a user or a node. The
 * action itself resolves, proves and guards everything again.
 *
 * @param action the one that is asked for
 */
record AskedTarget(String action, Requests requests, Pods pods, AlertGuards guards, SystemIdentity system)
        implements Target<Asked> {
    private static final String RESTRICT_ACCESS = "restrict-access";
    private static final String CORDON_NODE = "cordon-node";
    private static final String SNAPSHOT_LOGS = "snapshot-logs";

    @Override
    public List<Guard<Alert>> alertGuards(Effect effect) {
        return List.of(
                unlessOther(guards::host),
                unlessOther(guards::noPod),
                guards::stale,
                guards::otherCluster,
                this::systemIdentity,
                this::protectedAccount,
                unlessOther(guards::protectedNamespace));
    }

    private Guard<Alert> unlessOther(Guard<Alert> guard) {
        return alert -> other(alert).isPresent() ? Optional.empty() : guard.refusal(alert);
    }

    /** People are not asked about whom the action would never touch. */
    private Optional<Outcome> systemIdentity(Alert alert) {
        return action.equals(RESTRICT_ACCESS)
                ? alert.user().flatMap(user -> system.refusal(user.name(), user.groups()))
                : Optional.empty();
    }

    private Optional<Outcome> protectedAccount(Alert alert) {
        return action.equals(RESTRICT_ACCESS)
                ? alert.user()
                        .flatMap(user -> SystemIdentity.namespace(user.name()))
                        .flatMap(guards::protectedNamespace)
                : Optional.empty();
    }

    /** What the action is for when it is for no pod. */
    private Optional<Subject> other(Alert alert) {
        return switch (action) {
            case RESTRICT_ACCESS ->
                alert.user()
                        .filter(user -> !user.name().isEmpty())
                        .map(user -> new Subject("User", "", user.name(), ""));
            case CORDON_NODE ->
                guards.host(alert)
                        .filter(_ -> !alert.hostname().isEmpty())
                        .map(_ -> new Subject("Node", "", alert.hostname(), ""));
            default -> Optional.empty();
        };
    }

    @Override
    public Found<Asked> find(Alert alert, Effect effect, Read read) throws OutcomeException {
        Optional<Subject> other = other(alert);
        if (other.isPresent()) {
            return asked(alert, other.get(), Optional.empty(), Identity.NAME);
        }
        return switch (pods.find(alert, ofAction(effect), read)) {
            case Missing<Pod> missing -> new Missing<>(missing.outcome());
            case Proven<Pod> proven -> {
                var meta = proven.object().getMetadata();
                Subject subject = new Subject("Pod", meta.getNamespace(), meta.getName(), meta.getUid());
                yield asked(alert, subject, Optional.of(proven.object()), proven.identity());
            }
        };
    }

    private Found<Asked> asked(Alert alert, Subject subject, Optional<Pod> pod, Identity identity)
            throws OutcomeException {
        return new Proven<>(
                new Asked(
                        subject, pod, requests.findOpen(Request.name(action, alert.rule(), subject)), Optional.empty()),
                identity);
    }

    /** What would keep the action from the pod keeps people from being asked; a node is not protected by its pods. */
    @Override
    public List<Guard<Asked>> guards(Effect effect) {
        return action.equals(CORDON_NODE)
                ? List.of()
                : pods.guards(ofAction(effect)).stream().map(AskedTarget::ofPod).toList();
    }

    /** An action that only reads may go on with less. */
    private Effect ofAction(Effect effect) {
        return action.equals(SNAPSHOT_LOGS) ? Effect.READ : effect;
    }

    private static Guard<Asked> ofPod(Guard<Pod> guard) {
        return asked -> asked.pod().<Outcome>flatMap(guard::refusal);
    }

    @Override
    public List<Permission> permissions() {
        // an Event about a node is written in the namespace default
        return List.of(Resource.PODS.permission("get"), Resource.EVENTS.permission("create"));
    }

    @Override
    public ObjectReference reference(Asked asked) {
        return asked.pod().map(pods::reference).orElseGet(asked.subject()::reference);
    }
}
