package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Identities as a target: that of the alert's pod, or for an audit alert the user that called the API server. */
record Subjects(RestrictionsApi restrictions, Pods pods, AlertGuards guards, SystemIdentity system)
        implements Target<Subject> {
    @Override
    public List<Guard<Alert>> alertGuards(Effect effect) {
        return List.of(
                unlessAudited(guards::host),
                unlessAudited(guards::noPod),
                Subjects::noUser,
                guards::stale,
                guards::otherCluster,
                this::systemUser,
                this::protectedNamespace);
    }

    private static Guard<Alert> unlessAudited(Guard<Alert> guard) {
        return alert -> AuditedUser.of(alert).isPresent() ? Optional.empty() : guard.refusal(alert);
    }

    private static Optional<Outcome> noUser(Alert alert) {
        return AuditedUser.of(alert)
                .filter(user -> user.name().isEmpty())
                .map(_ -> new Skipped(Reason.NO_POD, "The audit alert names no user (ka.user.name)"));
    }

    private Optional<Outcome> systemUser(Alert alert) {
        return AuditedUser.of(alert).flatMap(user -> system.refusal(user.name(), user.groups()));
    }

    /** The namespace of a user is that of its ServiceAccount; people have none. */
    private Optional<Outcome> protectedNamespace(Alert alert) {
        Optional<AuditedUser> user = AuditedUser.of(alert);
        return user.isEmpty()
                ? guards.protectedNamespace(alert)
                : user.flatMap(each -> SystemIdentity.namespace(each.name())).flatMap(guards::protectedNamespace);
    }

    @Override
    public Found<Subject> find(Alert alert, Effect effect, Read read) throws OutcomeException {
        Optional<AuditedUser> user = AuditedUser.of(alert);
        if (user.isPresent()) {
            return new Proven<>(
                    Subject.user(user.get().name(), user.get().groups(), restrictions.read()), Identity.NAME);
        }
        return switch (pods.find(alert, effect, read)) {
            case Missing<Pod> missing -> new Missing<>(missing.outcome());
            case Proven<Pod> proven ->
                new Proven<>(Subject.of(proven.object(), restrictions.read()), proven.identity());
        };
    }

    /**
     * The subject that a request names; a pod may be gone.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    Found<Subject> find(Undo undo) throws OutcomeException {
        boolean isPod = undo.kind().isEmpty()
                ? !undo.namespace().isEmpty()
                : undo.kind().equals("Pod");
        if (!isPod && !undo.kind().isEmpty() && SubjectKind.named(undo.kind()).isEmpty()) {
            return missing(Reason.NOT_FOUND, "The kind of the request must be Pod or User");
        }
        Restrictions now = restrictions.read();
        return isPod ? pod(undo, now) : new Proven<>(Subject.user(undo.name(), List.of(), now), Identity.NAME);
    }

    private static Found<Subject> pod(Undo undo, Restrictions now) {
        String name = undo.namespace() + "/" + undo.name();
        List<Restriction> named = now.all(SubjectKind.POD).stream()
                .filter(each -> each.name().equals(name))
                .toList();
        if (named.isEmpty()) {
            return new Proven<>(
                    Subject.pod(undo.uid(), undo.namespace(), undo.name(), now),
                    undo.uid().isEmpty() ? Identity.NAME : Identity.UID);
        }
        if (undo.uid().isEmpty()) {
            return named.size() == 1
                    ? new Proven<>(Subject.of(named.getFirst(), now), Identity.NAME)
                    : missing(
                            Reason.NOT_FOUND,
                            "Several pods of the name " + name
                                    + " are restricted: the request must have one of the uids "
                                    + String.join(
                                            ", ",
                                            named.stream().map(Restriction::key).toList()));
        }
        return named.stream()
                .filter(each -> each.key().equals(undo.uid()))
                .findFirst()
                .<Found<Subject>>map(each -> new Proven<>(Subject.of(each, now), Identity.UID))
                .orElseGet(() ->
                        missing(Reason.REPLACED, "The restricted pod " + name + " has another uid than the request"));
    }

    private static Found<Subject> missing(Reason reason, String message) {
        return new Missing<>(new Skipped(reason, message));
    }

    @Override
    public List<Guard<Subject>> guards(Effect effect) {
        return switch (effect) {
            case CHANGE -> {
                List<Guard<Subject>> all = new ArrayList<>();
                pods.guards(effect)
                        .forEach(guard -> all.add(subject -> subject.pod().flatMap(guard::refusal)));
                all.add(subject -> system.refusal(subject.userName(), subject.groups()));
                yield all;
            }
            case READ, UNDO, NOTIFY -> List.of();
        };
    }

    @Override
    public List<Permission> permissions() {
        return pods.permissions();
    }

    @Override
    public ObjectReference reference(Subject subject) {
        return subject.pod().map(pods::reference).orElseGet(() -> switch (subject.kind()) {
            case POD -> new ObjectReference("v1", "Pod", subject.namespace(), subject.name(), subject.key());
            case USER -> new ObjectReference("rbac.authorization.k8s.io/v1", "User", "", subject.name(), "");
        });
    }
}
