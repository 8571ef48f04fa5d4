package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.limits.ActionLimits;
import dev.falcoresponse.limits.AnsweredAlerts;
import dev.falcoresponse.limits.AnsweredAlerts.Earlier;
import dev.falcoresponse.record.ResponseRecord;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Takes changes back. Neither limits nor the dry-run setting keep it from that. */
final class Undoing<T> {
    /** What is said of an object from which a change was taken back, or which is gone. */
    private static final Set<Reason> UNDONE = Set.of(Reason.NOTHING_TO_UNDO, Reason.NOT_FOUND, Reason.REPLACED);

    private final Reversible<T> action;
    private final Recorder recorder;
    private final InstantSource clock;
    private final List<Guard<T>> guards;
    private final ActionLimits limits;
    private final AnsweredAlerts answered;

    Undoing(
            Reversible<T> action,
            Recorder recorder,
            ActionLimits limits,
            AnsweredAlerts answered,
            InstantSource clock) {
        this.action = action;
        this.limits = limits;
        this.answered = answered;
        this.recorder = recorder;
        this.clock = clock;
        this.guards = action.target().guards(Effect.UNDO);
    }

    ResponseRecord undo(Undo undo) {
        Progress progress = recorder.start(undo.dryRun());
        progress.read(asAlert(undo));
        Outcome outcome = recorder.outcome(() -> Conflicts.retry((_, _) -> undo(undo, progress)));
        Outcome told = tellEarlier(undo, outcome, progress);
        return Recorder.reply(recorder.record(progress, told), told);
    }

    /** A further delivery of a request tells the outcome of the first, whose answer may have been lost. */
    Outcome tellEarlier(Undo undo, Outcome outcome, Progress progress) {
        Optional<Earlier> earlier = answered.earlier(key(undo));
        if (!(outcome instanceof Skipped skipped) || earlier.isEmpty()) {
            return outcome;
        }
        Earlier first = earlier.get();
        if (!first.uncertain() || !UNDONE.contains(outcome.reason())) {
            return skipped.with("earlier", first.details());
        }
        progress.found(first.object(), first.identity());
        Outcome told = new Acted(
                action.undone(),
                "Took back what was done to " + first.object() + "; the API server's answer was lost. Now: "
                        + outcome.message(),
                Map.of());
        remember(undo, first.object(), first.identity(), told);
        return told;
    }

    Outcome undo(Undo undo, Progress progress) throws OutcomeException {
        return undo(undo, _ -> true, progress);
    }

    /** @param isMeant whether what was done to the object, as it is now, is to be taken back */
    Outcome undo(Undo undo, Predicate<T> isMeant, Progress progress) throws OutcomeException {
        progress.step("find");
        return switch (action.find(undo)) {
            case Missing<T> missing -> missing.outcome();
            case Proven<T> proven
            when isMeant.test(proven.object()) -> undo(undo, proven.object(), proven.identity(), progress);
            case Proven<T> newer -> changedAnew(newer, progress);
        };
    }

    private Outcome changedAnew(Proven<T> newer, Progress progress) {
        ObjectReference object = action.target().reference(newer.object());
        progress.found(object, newer.identity());
        return new Skipped(
                Reason.NOTHING_TO_UNDO, object + " was changed anew meanwhile, for another alert: it is left as it is");
    }

    Outcome undo(Undo undo, T object, Identity identity, Progress progress) throws OutcomeException {
        Run run = undo.dryRun() ? Run.DRY : Run.REAL;
        progress.found(action.target().reference(object), identity);
        progress.step("guards");
        Optional<Outcome> refused = Guard.first(guards, object);
        if (refused.isPresent()) {
            return refused.get();
        }
        progress.step("act");
        if (run == Run.DRY) {
            return action.undo(object, run).outcome(run);
        }
        ObjectReference reference = action.target().reference(object);
        try {
            Outcome outcome = action.undo(object, run).outcome(run);
            remember(undo, reference, identity, outcome);
            return outcome;
        } catch (OutcomeException e) {
            if (e.isUncertain()) {
                remember(undo, reference, identity, e.outcome());
            }
            throw e;
        }
    }

    private void remember(Undo undo, ObjectReference object, Identity identity, Outcome outcome) {
        answered.rememberUndo(key(undo), new Earlier(object, identity, outcome, clock.instant()));
    }

    /** An alert may have the same id. */
    private static String key(Undo undo) {
        return "undo " + undo.id();
    }

    /**
     * What a person has taken back by hand is not done again, for the same alert and within the cool-down.
     *
     * @return empty when nobody has taken the change back, or the function itself has
     */
    Optional<Outcome> undoneByHand(Alert alert, T object) throws OutcomeException {
        ObjectReference reference = action.target().reference(object);
        // an undo removes the marks: where they tell this alert, the object was changed after the last undo
        boolean marked = action.cause(object).eventId().equals(alert.id());
        boolean remembered = !answered.isUndone(reference)
                && (answered.isDone(alert.deliveryKey(), reference)
                        || limits.isDone(action.cooldownKey(alert, object)));
        // an approval is for once, although the request to undo is no sign that the alert was wrong
        if (alert.approval().isPresent()
                && answered.isUndone(reference)
                && answered.isDone(alert.deliveryKey(), reference)) {
            return Optional.of(new Skipped(
                    Reason.ALREADY_DONE,
                    "What was approved was done to " + reference + ", and a request has taken it back",
                    Map.of("undoneBy", "request")));
        }
        return (marked || remembered) && action.isMissing(alert, object)
                ? Optional.of(new Skipped(
                        Reason.ALREADY_DONE,
                        "What was done to " + reference + " was taken back by hand: it is left alone",
                        Map.of("undoneBy", "hand")))
                : Optional.empty();
    }

    /** Whether the marks say that the object was changed for this alert. */
    boolean isFor(Alert alert, T object, ObjectReference reference) {
        return !alert.id().isEmpty()
                && action.cause(object).eventId().equals(alert.id())
                && !answered.isUndone(reference);
    }

    private static Alert asAlert(Undo undo) {
        return Alert.bare(
                undo.id(),
                undo.time(),
                "",
                pod(
                        undo.kind().isEmpty() && !undo.namespace().isEmpty() ? "Pod" : undo.kind(),
                        undo.namespace(),
                        undo.name(),
                        undo.uid()));
    }

    static PodReference pod(String kind, String namespace, String name, String uid) {
        return kind.equals("Pod") ? new PodReference(namespace, name, uid, "", "", "") : PodReference.NONE;
    }
}
