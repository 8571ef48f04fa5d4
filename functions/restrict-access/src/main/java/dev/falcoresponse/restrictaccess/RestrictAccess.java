package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.security.SystemIdentity;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Lets the identity that an alert is about read, but change nothing: a token that was copied is stopped with it. */
@Singleton
final class RestrictAccess implements Reversible<Subject> {
    static final String NAME = "restrict-access";

    private static final Reason RESTRICTED = Reason.acted("restricted");
    private static final Reason RESTORED = Reason.acted("restored");

    private final Subjects target;
    private final RestrictionsApi restrictions;
    private final Enforcement enforcement;
    private final ObjectApi objects;
    private final GonePods gone;
    private final RestrictAccessSettings settings;
    private final InstantSource clock;

    RestrictAccess(
            Pods pods,
            PodApi podApi,
            ApiClient client,
            ObjectApi objects,
            ResponseSettings response,
            RestrictAccessSettings settings,
            Namespaces namespaces,
            OwnConfigMaps configMaps,
            InstantSource clock) {
        this.restrictions = new RestrictionsApi(client, objects);
        this.enforcement = new Enforcement(restrictions, objects);
        this.target = new Subjects(
                restrictions,
                pods,
                new AlertGuards(response, namespaces, clock),
                new SystemIdentity(configMaps.namespace()));
        this.gone = new GonePods(restriction -> exists(podApi, restriction), System::nanoTime);
        this.objects = objects;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Target<Subject> target() {
        return target;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(RESTRICTED, RESTORED, SystemIdentity.REASON);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(RestrictAccessSettings.class);
    }

    @Override
    public List<Permission> permissions() {
        return Stream.of(RestrictionsApi.permissions(), Enforcement.permissions())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Optional<String> obstacle() throws OutcomeException {
        return objects.serves(RestrictionsApi.RESOURCE)
                ? Optional.empty()
                : Optional.of("the API server does not serve " + RestrictionsApi.RESOURCE.text()
                        + ": its CustomResourceDefinition is not installed");
    }

    /** Only a restriction that is in force is done. */
    @Override
    public Optional<Outcome> refusal(Alert alert, Subject subject) throws OutcomeException {
        if (subject.restriction().isPresent()) {
            enforcement.requireBinding();
            enforcement.requireInForce(subject.restrictions(), Run.DRY);
            return Optional.of(new Skipped(Reason.ALREADY_DONE, "Already restricted: " + subject));
        }
        int restricted = subject.restrictions().all(subject.kind()).size();
        return Denied.when(
                restricted >= settings.max(),
                Reason.BUDGET,
                restricted + " " + subject.kind().map() + " are restricted, and RESTRICT_ACCESS_MAX is "
                        + settings.max());
    }

    @Override
    public Change act(Alert alert, Subject subject, Run run) throws OutcomeException {
        enforcement.requireBinding();
        Restriction restriction = subject.restriction()
                .orElseGet(() -> Restriction.of(
                        subject, alert, clock.instant(), settings.expiresAfter().map(clock.instant()::plus)));
        Restrictions now = subject.restriction().isPresent()
                ? subject.restrictions()
                : add(restriction, subject.restrictions(), run);
        return restricted(subject, restriction, run == Run.REAL ? now : subject.restrictions(), run);
    }

    private Change restricted(Subject subject, Restriction restriction, Restrictions written, Run run)
            throws OutcomeException {
        requireInForce(written, run);
        Map<String, Object> details = new HashMap<>();
        boolean asked = run == Run.REAL || written.version().isPresent();
        if (asked) {
            details.put("inForce", true);
        }
        if (!subject.userName().isEmpty()) {
            details.put("user", subject.userName());
        }
        restriction.expiry().ifPresent(time -> details.put("expiresAt", time));
        return new Change(
                RESTRICTED,
                run.verb("Restricted", "restrict") + " " + subject + subject.consequence()
                        + (asked
                                ? ""
                                : "; whether the policy is in force can be asked only after the first restriction"),
                details);
    }

    /** The pod may be gone by now; its identity is restricted until that is noticed. */
    @Override
    public Optional<Change> confirm(ObjectReference pod, Map<String, Object> details) throws OutcomeException {
        Restrictions now = restrictions.read();
        Optional<Restriction> restriction = now.all(SubjectKind.POD).stream()
                .filter(each -> each.key().equals(pod.uid()))
                .findFirst();
        if (restriction.isEmpty()) {
            return Optional.empty();
        }
        enforcement.requireBinding();
        return Optional.of(restricted(Subject.of(restriction.get(), now), restriction.get(), now, Run.REAL));
    }

    /** A lower limit than the schema's holds only if nobody else adds one at the same moment. */
    private Restrictions add(Restriction restriction, Restrictions seen, Run run) throws OutcomeException {
        return restrictions.add(
                restriction, settings.max() < RestrictionsApi.MAX ? seen.version() : Optional.empty(), run);
    }

    private void requireInForce(Restrictions written, Run run) throws OutcomeException {
        try {
            enforcement.requireInForce(written, run);
        } catch (OutcomeException e) {
            throw run == Run.REAL ? e.afterChange() : e;
        }
    }

    @Override
    public Found<Subject> find(Undo undo) throws OutcomeException {
        return target.find(undo);
    }

    @Override
    public Change undo(Subject subject, Run run) throws OutcomeException {
        if (subject.restriction().isEmpty()) {
            throw new OutcomeException(new Skipped(Reason.NOTHING_TO_UNDO, "Not restricted: " + subject));
        }
        restrictions.remove(subject, subject.restrictions().version(), run);
        return new Change(RESTORED, run.verb("Freed", "free") + " " + subject + " from its restriction", Map.of());
    }

    @Override
    public Reason undone() {
        return RESTORED;
    }

    @Override
    public List<Subject> expired(Instant now) throws OutcomeException {
        Restrictions all = restrictions.read();
        return Stream.of(SubjectKind.values())
                .flatMap(kind -> all.all(kind).stream())
                .filter(restriction -> restriction.isExpired(now))
                .map(restriction -> Subject.of(restriction, all))
                .toList();
    }

    private static boolean exists(PodApi pods, Restriction restriction) throws OutcomeException {
        String[] name = restriction.name().split("/", 2);
        return name.length < 2
                || pods.find(name[0], name[1], Read.QUORUM)
                        .filter(pod -> pod.getMetadata().getUid().equals(restriction.key()))
                        .isPresent();
    }

    /** The tokens of a pod that is gone are no longer valid: its restriction would only take the place of another. */
    @Override
    public List<Adapted<Subject>> adapt(Instant now) throws OutcomeException {
        Restrictions all = restrictions.read();
        List<Adapted<Subject>> adapted = new ArrayList<>();
        for (Restriction restriction : gone.among(all.all(SubjectKind.POD))) {
            Subject subject = Subject.of(restriction, all);
            restrictions.remove(subject, Optional.empty(), Run.REAL);
            adapted.add(new Adapted<>(
                    subject,
                    new Change(RESTORED, "Removed the restriction of " + subject + ", which is gone", Map.of())));
        }
        return adapted;
    }

    @Override
    public Cause cause(Subject subject) {
        return subject.restriction().map(Restriction::cause).orElse(new Cause("", "", ""));
    }

    @Override
    public boolean isMissing(Alert alert, Subject subject) {
        return subject.restriction().isEmpty();
    }
}
