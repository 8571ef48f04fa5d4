package dev.falcoresponse.pipeline;

import static java.util.stream.Collectors.toSet;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Reversible.Adapted;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.Tick;
import dev.falcoresponse.event.Times;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.record.ResponseRecord;
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

/**
 * Takes changes back when their time is over. What it has done is told by the next tick if this one could not: when the API
 * server's answer was lost, or when another object has failed. Thread-safe.
 */
final class ExpiredChanges<T> {
    private static final Logger LOG = Logger.getLogger(ExpiredChanges.class);

    private final Reversible<T> action;
    private final Undoing<T> undoing;
    private final Recorder recorder;
    private final InstantSource clock;

    /** By object: once the change is taken back, nothing on the object tells so. */
    private final Map<String, Expired> unanswered = new ConcurrentHashMap<>();

    /** What was taken back in ticks that were answered with a failure. */
    private final Queue<BatchOutcome.Item> untold = new ConcurrentLinkedQueue<>();

    /** A change whose time is over, and what it was made for. */
    private record Expired(ObjectReference object, Undo undo, Cause cause) {}

    ExpiredChanges(Reversible<T> action, Undoing<T> undoing, Recorder recorder) {
        this.action = action;
        this.undoing = undoing;
        this.recorder = recorder;
        this.clock = recorder.clock();
    }

    /** Each object leaves its own record; the tick leaves one when there was none, or when it failed in between. */
    ResponseRecord undo(Tick tick) {
        Progress progress = recorder.start(false);
        progress.read(Alert.bare(tick.id(), tick.time(), "", PodReference.NONE));
        List<BatchOutcome.Item> items = new ArrayList<>();
        for (var item = untold.poll(); item != null; item = untold.poll()) {
            items.add(item);
        }
        boolean isRepeated = !items.isEmpty();
        Outcome outcome = recorder.outcome(() -> {
            undoAll(items);
            adapt(items);
            return new BatchOutcome(items).summary(isRepeated);
        });
        boolean isTold = !items.isEmpty() && outcome.equals(new BatchOutcome(items).summary(isRepeated));
        if (outcome instanceof Failed) {
            items.stream().filter(item -> item.outcome() instanceof Acted).forEach(untold::add);
        }
        ResponseRecord record = isTold ? progress.record(outcome, clock.instant()) : recorder.record(progress, outcome);
        return Recorder.reply(record, outcome);
    }

    private void undoAll(List<BatchOutcome.Item> items) throws OutcomeException {
        List<Expired> before = List.copyOf(unanswered.values());
        List<T> objects = action.expired(clock.instant());
        objects.forEach(object -> items.add(undo(expired(object), Optional.of(object))));
        Set<String> seen = objects.stream()
                .map(object -> action.target().reference(object).key())
                .collect(toSet());
        before.stream()
                .filter(each -> !seen.contains(each.object().key()))
                .forEach(each -> items.add(undo(each, Optional.empty())));
    }

    private Expired expired(T object) {
        ObjectReference reference = action.target().reference(object);
        Undo undo = new Undo(
                reference.key(),
                clock.instant(),
                reference.kind(),
                reference.namespace(),
                reference.name(),
                reference.uid(),
                false);
        return new Expired(reference, undo, action.cause(object));
    }

    private Alert alert(Cause cause, ObjectReference object) {
        return Alert.bare(
                cause.eventId().isEmpty() ? object.uid() : cause.eventId(),
                Times.noted(cause.eventTime()).orElse(clock.instant()),
                cause.rule(),
                Undoing.pod(object.kind(), object.namespace(), object.name(), object.uid()));
    }

    /** @param read the object as it was read; it is read again after a conflict */
    private BatchOutcome.Item undo(Expired expired, Optional<T> read) {
        Progress progress = recorder.start(false);
        progress.read(alert(expired.cause(), expired.object()));
        Outcome outcome = undoing.tellEarlier(
                expired.undo(),
                recorder.outcome(() -> Conflicts.retry((how, _) -> how == Read.CACHED && read.isPresent()
                        ? undoing.undo(expired.undo(), read.get(), Identity.UID, progress)
                        : undoing.undo(expired.undo(), now -> !isNewer(now, expired), progress))),
                progress);
        recorder.record(progress, outcome);
        if (!(outcome instanceof Failed failed)) {
            unanswered.remove(expired.object().key());
        } else if (failed.uncertain()) {
            unanswered.put(expired.object().key(), expired);
        }
        return new BatchOutcome.Item(expired.object().fullName(), outcome);
    }

    /** Whether the object was freed meanwhile and changed again: the time of that change is not over. */
    private boolean isNewer(T now, Expired expired) {
        Cause cause = action.cause(now);
        return !cause.eventId().isEmpty() && !cause.equals(expired.cause());
    }

    /** A failure keeps nothing from what has expired: the next tick tries again. */
    private void adapt(List<BatchOutcome.Item> items) {
        try {
            for (Adapted<T> adapted : action.adapt(clock.instant())) {
                ObjectReference reference = action.target().reference(adapted.object());
                Progress progress = recorder.start(false);
                progress.read(alert(action.cause(adapted.object()), reference));
                progress.found(reference, Identity.UID);
                Outcome outcome = adapted.change().outcome(Run.REAL);
                recorder.record(progress, outcome);
                items.add(new BatchOutcome.Item(reference.fullName(), outcome));
            }
        } catch (OutcomeException | RuntimeException e) {
            LOG.warnf("Changes were not adapted to what others have done since: %s", e.getMessage());
        }
    }
}
