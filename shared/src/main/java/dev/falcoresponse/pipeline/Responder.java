package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Approvals;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Event;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.Tick;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.event.UnreadableException;
import dev.falcoresponse.limits.ActionLimits;
import dev.falcoresponse.limits.ActionLimits.Permit;
import dev.falcoresponse.limits.ActionLimits.Refused;
import dev.falcoresponse.limits.AnsweredAlerts;
import dev.falcoresponse.limits.AnsweredAlerts.Earlier;
import dev.falcoresponse.record.ResponseRecord;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Answers events: read, guards on the alert, find, guards on the object, limits, act, record. Thread-safe. */
final class Responder<T> implements EventResponder {
    /** What is said of an object that is no longer there, or not for long. */
    private static final Set<Reason> GONE = Set.of(Reason.NOT_FOUND, Reason.REPLACED, Reason.TERMINATING);

    private final Action<T> action;
    private final Target<T> target;
    private final Run run;
    private final EventReader reader;
    private final List<Guard<Alert>> alertGuards;
    private final List<Guard<T>> guards;
    private final ActionLimits limits;
    private final AnsweredAlerts answered;
    private final Recorder recorder;
    private final Approvals approvals;
    private final Optional<Undoing<T>> undoing;
    private final Optional<ExpiredChanges<T>> expired;
    private final Optional<Completion<T>> completion;

    Responder(
            Action<T> action,
            Run run,
            EventReader reader,
            RuleGuards rules,
            ActionLimits limits,
            AnsweredAlerts answered,
            Approvals approvals,
            Audit audit,
            InstantSource clock) {
        this.approvals = approvals;
        this.action = action;
        this.target = action.target();
        this.run = run;
        this.reader = reader;
        this.alertGuards = Stream.concat(rules.all().stream(), target.alertGuards(action.effect()).stream())
                .toList();
        this.guards = target.guards(action.effect());
        this.limits = limits;
        this.answered = answered;
        this.recorder = new Recorder(action.name(), audit, clock);
        this.undoing =
                action.reversible().map(reversible -> new Undoing<>(reversible, recorder, limits, answered, clock));
        this.expired = action.reversible()
                .map(reversible -> new ExpiredChanges<>(reversible, undoing.orElseThrow(), recorder));
        this.completion = action.deferred().map(deferred -> new Completion<>(deferred, recorder));
    }

    @Override
    public ResponseRecord answer(ReceivedEvent received) {
        Progress progress = recorder.start(run == Run.DRY);
        progress.received(received);
        Event event;
        try {
            event = reader.read(received);
        } catch (UnreadableException e) {
            return end(progress, Rejected.unreadable(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            return end(progress, recorder.outcome(() -> {
                throw e;
            }));
        }
        return switch (event) {
            case Alert alert -> {
                progress.read(alert);
                yield end(progress, recorder.outcome(() -> respond(alert, progress)));
            }
            case Undo undo -> undoing.orElseThrow().undo(undo);
            case Tick tick ->
                completion.isPresent()
                        ? completion.get().tick(tick)
                        : expired.orElseThrow().undo(tick);
        };
    }

    @Override
    public void recordRefusal(Outcome outcome) {
        recorder.record(recorder.start(run == Run.DRY), outcome);
    }

    private ResponseRecord end(Progress progress, Outcome outcome) {
        return Recorder.reply(recorder.record(progress, outcome), outcome);
    }

    private Outcome respond(Alert alert, Progress progress) throws OutcomeException {
        Optional<Outcome> forged = approvals.refusal(alert);
        if (forged.isPresent()) {
            return forged.get();
        }
        Optional<Earlier> earlier = answered.earlier(alert.deliveryKey());
        Optional<Outcome> refused = Guard.first(alertGuards, alert)
                .or(() -> Skipped.when(
                        action.effect() != Effect.NOTIFY && alert.isUndoneByHand(),
                        Reason.ALREADY_DONE,
                        "A person has taken back what the action before did: it is left alone"));
        Outcome outcome = refused.isPresent() ? refused.get() : respond(alert, earlier, progress);
        return earlier.isPresent() ? again(outcome, earlier.get(), progress) : outcome;
    }

    private Outcome respond(Alert alert, Optional<Earlier> earlier, Progress progress) throws OutcomeException {
        boolean repeated = earlier.filter(Earlier::uncertain).isPresent();
        return Conflicts.retry((read, changed) -> {
            progress.step("find");
            return switch (target.find(alert, action.effect(), read)) {
                case Missing<T> missing -> missing.outcome();
                case Proven<T> proven -> respond(alert, proven, repeated || changed, progress);
            };
        });
    }

    /** The outcome of a further delivery tells the outcome of the first, whose answer may have been lost. */
    private Outcome again(Outcome outcome, Earlier first, Progress progress) throws OutcomeException {
        if (!(outcome instanceof Skipped skipped)) {
            return outcome;
        }
        Optional<Change> confirmed = first.uncertain() && GONE.contains(outcome.reason())
                ? action.confirm(first.object(), first.outcome().details())
                : Optional.empty();
        if (confirmed.isEmpty()) {
            return skipped.with("earlier", first.details());
        }
        progress.found(first.object(), first.identity());
        return confirmed.get().outcome(run);
    }

    private Outcome respond(Alert alert, Proven<T> proven, boolean repeated, Progress progress)
            throws OutcomeException {
        T object = proven.object();
        ObjectReference reference = target.reference(object);
        progress.found(reference, proven.identity());
        progress.step("guards");
        Optional<Outcome> refused = Guard.first(guards, object);
        if (refused.isEmpty()) {
            // when it is repeated, "already done" may be the work of the attempt before: acting again completes it
            refused = action.refusal(alert, object)
                    .filter(refusal -> !refusal.reason().equals(Reason.ALREADY_DONE)
                            || !(repeated || isUntold(alert, object, reference)));
        }
        if (refused.isEmpty() && !repeated && undoing.isPresent()) {
            refused = undoing.get().undoneByHand(alert, object);
        }
        if (refused.isPresent()) {
            return refused.get();
        }
        progress.step("act");
        return run == Run.DRY || action.effect() == Effect.NOTIFY
                ? action.act(alert, object, run).outcome(run)
                : actWithinLimits(alert, proven);
    }

    /** The object was changed for this very alert, but nobody here remembers an answer: there may have been none. */
    private boolean isUntold(Alert alert, T object, ObjectReference reference) {
        boolean changed = undoing.map(each -> each.isFor(alert, object, reference))
                        .orElse(false)
                || action.deferred().map(each -> each.began(alert, object)).orElse(false);
        return run == Run.REAL && changed && !answered.isDone(alert.deliveryKey(), reference);
    }

    private Outcome actWithinLimits(Alert alert, Proven<T> proven) throws OutcomeException {
        T object = proven.object();
        return switch (limits.acquire(target.reference(object), action.cooldownKey(alert, object), alert.id())) {
            case Refused refused -> refused.outcome();
            case Permit permit -> {
                try (permit) {
                    yield act(alert, proven, permit);
                }
            }
        };
    }

    private Outcome act(Alert alert, Proven<T> proven, Permit permit) throws OutcomeException {
        try {
            Outcome outcome = action.act(alert, proven.object(), run).outcome(run);
            permit.use(false);
            remember(alert, proven, outcome);
            return outcome;
        } catch (OutcomeException e) {
            if (e.isUncertain()) {
                permit.use(true);
                remember(alert, proven, e.outcome());
            }
            throw e;
        } catch (RuntimeException e) {
            // the change may have been made
            permit.use(true);
            remember(alert, proven, Failed.retryable(Reason.UNAVAILABLE, ""));
            throw e;
        }
    }

    private void remember(Alert alert, Proven<T> proven, Outcome outcome) {
        answered.remember(
                alert.deliveryKey(),
                new Earlier(
                        target.reference(proven.object()),
                        proven.identity(),
                        outcome,
                        recorder.clock().instant()));
    }
}
