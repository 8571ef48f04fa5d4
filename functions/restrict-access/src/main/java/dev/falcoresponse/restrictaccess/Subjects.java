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
import dev.falcoresponse.event.AuditedUser;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.security.SystemIdentity;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Identities as a target: that of the alert's pod, or for an audit alert the user that called the API server. */
record Subjects(RestrictionsApi restrictions, Pods pods, AlertGuards guards, SystemIdentity system)
        implements Target<Subject> {
    /** The schema's limit. */
    private static final int MAX_NAME = 253;

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
        return alert -> alert.user().isPresent() ? Optional.empty() : guard.refusal(alert);
    }

    private static Optional<Outcome> noUser(Alert alert) {
        return alert.user()
                .filter(user -> user.name().isEmpty() || user.name().length() > MAX_NAME)
                .map(user -> new Skipped(
                        Reason.NO_POD,
                        user.name().isEmpty()
                                ? "The audit alert names no user (ka.user.name)"
                                : "The audit alert names a user with more than " + MAX_NAME
                                        + " characters, whom no restriction can name"));
    }

    private Optional<Outcome> systemUser(Alert alert) {
        return alert.user().flatMap(user -> system.refusal(user.name(), user.groups()));
    }

    /** The namespace of a user is that of its ServiceAccount; people have none. */
    private Optional<Outcome> protectedNamespace(Alert alert) {
        Optional<AuditedUser> user = alert.user();
        return user.isEmpty()
                ? guards.protectedNamespace(alert)
                : user.flatMap(each -> SystemIdentity.namespace(each.name())).flatMap(guards::protectedNamespace);
    }

    @Override
    public Found<Subject> find(Alert alert, Effect effect, Read read) throws OutcomeException {
        Optional<AuditedUser> user = alert.user();
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
        if (isPod && !(KubernetesNames.isNamespace(undo.namespace()) && KubernetesNames.isName(undo.name()))) {
            return missing(Reason.NO_POD, "The request names a pod that cannot exist in Kubernetes");
        }
        Restrictions now = restrictions.read();
        return isPod ? pod(undo, now) : new Proven<>(Subject.user(undo.name(), List.of(), now), Identity.NAME);
    }

    /** Without a uid, of several restricted pods of a name the last one is taken: the others are gone. */
    private static Found<Subject> pod(Undo undo, Restrictions now) {
        String name = undo.namespace() + "/" + undo.name();
        List<Restriction> all = now.all(SubjectKind.POD);
        Optional<Restriction> found = undo.uid().isEmpty()
                ? all.stream().filter(each -> each.name().equals(name)).max(Comparator.comparing(Restriction::since))
                : all.stream().filter(each -> each.key().equals(undo.uid())).findFirst();
        Identity identity = undo.uid().isEmpty() ? Identity.NAME : Identity.UID;
        if (found.isPresent()) {
            Restriction restriction = found.get();
            return restriction.name().equals(name) || restriction.name().isEmpty()
                    ? new Proven<>(Subject.pod(restriction.key(), undo.namespace(), undo.name(), now), identity)
                    : missing(Reason.REPLACED, "The uid of the request is that of pod " + restriction.name());
        }
        return all.stream().anyMatch(each -> each.name().equals(name))
                ? missing(Reason.REPLACED, "The restricted pod " + name + " has another uid than the request")
                : missing(Reason.NOTHING_TO_UNDO, "Not restricted: pod " + name);
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
