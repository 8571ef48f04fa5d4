package dev.falcoresponse.pipeline;

import static java.util.stream.Collectors.toSet;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Reversible.Adapted;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.Tick;
import dev.falcoresponse.event.Times;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.limits.ActionLimits;
import dev.falcoresponse.limits.AnsweredAlerts;
import dev.falcoresponse.limits.AnsweredAlerts.Earlier;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jboss.logging.Logger;

/** Takes changes back, by request and when their time is over. Neither limits nor the dry-run setting keep it from that. */
final class Undoing<T> {
    private static final Logger LOG = Logger.getLogger(Undoing.class);

    /** What is said of an object from which a change was taken back, or which is gone. */
    private static final Set<Reason> UNDONE = Set.of(Reason.NOTHING_TO_UNDO, Reason.NOT_FOUND, Reason.REPLACED);

    private final Reversible<T> action;
    private final Recorder recorder;
    private final InstantSource clock;
    private final List<Guard<T>> guards;
    private final ActionLimits limits;
    private final AnsweredAlerts answered;

    /** What the clock has tried to take back without an answer; once it is done, nothing on the object tells so. */
    private final Map<String, Expired> unanswered = new ConcurrentHashMap<>();

    private final Queue<BatchOutcome.Item> acted = new ConcurrentLinkedQueue<>();

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
    private Outcome tellEarlier(Undo undo, Outcome outcome, Progress progress) {
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
        remember(undo, first.object(), first.identity(), told, false);
        return told;
    }

    private Outcome undo(Undo undo, Progress progress) throws OutcomeException {
        progress.step("find");
        return switch (action.find(undo)) {
            case Missing<T> missing -> missing.outcome();
            case Proven<T> proven -> undo(undo, proven.object(), proven.identity(), progress);
        };
    }

    private Outcome undo(Undo undo, T object, Identity identity, Progress progress) throws OutcomeException {
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
            remember(undo, reference, identity, outcome, false);
            return outcome;
        } catch (OutcomeException e) {
            if (e.outcome() instanceof Failed failed && failed.uncertain()) {
                remember(undo, reference, identity, failed, true);
            }
            throw e;
        }
    }

    private void remember(Undo undo, ObjectReference object, Identity identity, Outcome outcome, boolean uncertain) {
        answered.rememberUndo(key(undo), new Earlier(object, identity, outcome, uncertain, clock.instant()));
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

    /** Each object leaves its own record; the tick leaves one when there was none, or when it failed in between. */
    ResponseRecord undoExpired(Tick tick) {
        Progress progress = recorder.start(false);
        progress.read(bare(tick.id(), tick.time(), "", PodReference.NONE));
        List<BatchOutcome.Item> untold = untold();
        List<BatchOutcome.Item> items = new ArrayList<>(untold);
        Outcome outcome = recorder.outcome(() -> {
            List<Expired> open = List.copyOf(unanswered.values());
            List<T> expired = action.expired(clock.instant());
            for (T object : expired) {
                items.add(undoExpired(object));
            }
            Set<String> seen = expired.stream()
                    .map(action.target()::reference)
                    .map(ObjectReference::key)
                    .collect(toSet());
            for (Expired gone : open) {
                if (!seen.contains(gone.object().key())) {
                    items.add(undo(gone, (progressOfOne, _) -> undo(gone.undo(), progressOfOne)));
                }
            }
            adapt(items);
            return summary(items, !untold.isEmpty());
        });
        boolean isTold = !items.isEmpty() && outcome.equals(summary(items, !untold.isEmpty()));
        if (outcome instanceof Failed) {
            keep(items);
        }
        ResponseRecord record = isTold ? progress.record(outcome, clock.instant()) : recorder.record(progress, outcome);
        return Recorder.reply(record, outcome);
    }

    private static Outcome summary(List<BatchOutcome.Item> items, boolean isRepeated) {
        return new BatchOutcome(items).summary(isRepeated);
    }

    /** What was taken back in earlier ticks that were answered with a failure: nobody has handed it on. */
    private List<BatchOutcome.Item> untold() {
        List<BatchOutcome.Item> all = new ArrayList<>();
        for (var item = acted.poll(); item != null; item = acted.poll()) {
            all.add(item);
        }
        return all;
    }

    private void keep(List<BatchOutcome.Item> items) {
        items.stream().filter(item -> item.outcome() instanceof Acted).forEach(acted::add);
    }

    /** A change whose time is over, and the alert that it was made for. */
    private record Expired(ObjectReference object, Undo undo, Alert alert) {}

    @FunctionalInterface
    private interface Attempt {
        Outcome undo(Progress progress, Read read) throws OutcomeException;
    }

    private BatchOutcome.Item undoExpired(T object) {
        ObjectReference reference = action.target().reference(object);
        Undo again = new Undo(
                reference.uid(),
                clock.instant(),
                reference.kind(),
                reference.namespace(),
                reference.name(),
                reference.uid(),
                false);
        return undo(
                new Expired(reference, again, asAlert(action.cause(object), reference)),
                (progress, read) ->
                        read == Read.CACHED ? undo(again, object, Identity.UID, progress) : undo(again, progress));
    }

    private BatchOutcome.Item undo(Expired expired, Attempt attempt) {
        Progress progress = recorder.start(false);
        progress.read(expired.alert());
        Outcome outcome = tellEarlier(
                expired.undo(),
                recorder.outcome(() -> Conflicts.retry((read, _) -> attempt.undo(progress, read))),
                progress);
        recorder.record(progress, outcome);
        if (!(outcome instanceof Failed failed)) {
            unanswered.remove(expired.object().key());
        } else if (failed.uncertain()) {
            unanswered.put(expired.object().key(), expired);
        }
        return new BatchOutcome.Item(expired.object().fullName(), outcome);
    }

    /** A failure keeps nothing from what has expired: the next tick tries again. */
    private void adapt(List<BatchOutcome.Item> items) {
        try {
            for (Adapted<T> adapted : action.adapt(clock.instant())) {
                ObjectReference reference = action.target().reference(adapted.object());
                Progress progress = recorder.start(false);
                progress.read(asAlert(action.cause(adapted.object()), reference));
                progress.found(reference, Identity.UID);
                Outcome outcome = adapted.change().outcome(Run.REAL);
                recorder.record(progress, outcome);
                items.add(new BatchOutcome.Item(reference.fullName(), outcome));
            }
        } catch (OutcomeException e) {
            LOG.warnf("Changes were not adapted to what others have done since: %s", e.getMessage());
        }
    }

    private static Alert asAlert(Undo undo) {
        return bare(
                undo.id(),
                undo.time(),
                "",
                pod(
                        undo.kind().isEmpty() && !undo.namespace().isEmpty() ? "Pod" : undo.kind(),
                        undo.namespace(),
                        undo.name(),
                        undo.uid()));
    }

    private Alert asAlert(Cause cause, ObjectReference object) {
        return bare(
                cause.eventId().isEmpty() ? object.uid() : cause.eventId(),
                Times.noted(cause.eventTime()).orElse(clock.instant()),
                cause.rule(),
                pod(object.kind(), object.namespace(), object.name(), object.uid()));
    }

    private static PodReference pod(String kind, String namespace, String name, String uid) {
        return kind.equals("Pod") ? new PodReference(namespace, name, uid, "", "", "") : PodReference.NONE;
    }

    static Alert bare(String id, Instant time, String rule, PodReference pod) {
        return new Alert(
                id, time, rule, "", "", "", List.of(), pod, Map.of(), "", new ReceivedEvent(Map.of(), new byte[0]));
    }
}
