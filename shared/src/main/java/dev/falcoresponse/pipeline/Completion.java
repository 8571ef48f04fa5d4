package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Deferred;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.Tick;
import dev.falcoresponse.record.ResponseRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Goes on with what an action has begun, each time the clock ticks. Each object leaves its own record: one of them is the reply,
 * the others are handed on. Work on an object ends after that, so that a crash repeats it.
 */
final class Completion<T> {
    private final Deferred<T> action;
    private final Recorder recorder;

    Completion(Deferred<T> action, Recorder recorder) {
        this.action = action;
        this.recorder = recorder;
    }

    private record Proceeded<T>(T object, Outcome outcome, ResponseRecord record) {}

    ResponseRecord tick(Tick tick) {
        Progress progress = recorder.start(false);
        progress.read(Alert.bare(tick.id(), tick.time(), "", PodReference.NONE));
        List<Proceeded<T>> replies = new ArrayList<>();
        Outcome outcome = recorder.outcome(() -> {
            finish().ifPresent(replies::add);
            return action.nothingDue();
        });
        if (replies.isEmpty()) {
            return Recorder.reply(recorder.record(progress, outcome), outcome);
        }
        return Recorder.reply(replies.getFirst().record(), replies.getFirst().outcome());
    }

    /**
     * Takes everything that is due to its end, one after the other: objects may be large.
     *
     * @return what the tick is answered with: a failure if there is one, so that it is delivered again
     */
    private Optional<Proceeded<T>> finish() throws OutcomeException {
        Optional<Proceeded<T>> failed = Optional.empty();
        Optional<Proceeded<T>> last = Optional.empty();
        for (String name : action.due(recorder.clock().instant())) {
            Optional<T> object = action.load(name);
            if (object.isEmpty()) {
                continue;
            }
            Proceeded<T> proceeded = proceed(object.get());
            if (proceeded.outcome() instanceof Acted) {
                handOn(last);
                last = Optional.of(proceeded);
            } else if (failed.isEmpty()) {
                failed = Optional.of(proceeded);
            }
        }
        if (failed.isPresent()) {
            handOn(last);
            return failed;
        }
        if (last.isPresent()) {
            action.end(last.get().object());
        }
        return last;
    }

    private void handOn(Optional<Proceeded<T>> done) throws OutcomeException {
        if (done.isPresent()) {
            action.publish(done.get().record());
            action.end(done.get().object());
        }
    }

    private Proceeded<T> proceed(T object) {
        Progress progress = recorder.start(false);
        progress.read(action.alert(object));
        progress.found(action.target().reference(object), Identity.NAME);
        Outcome outcome = recorder.outcome(() -> action.proceed(object).outcome(Run.REAL));
        return new Proceeded<>(object, outcome, recorder.record(progress, outcome));
    }
}
