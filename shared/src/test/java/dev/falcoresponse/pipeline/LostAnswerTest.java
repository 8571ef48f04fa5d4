package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.SampleAlert;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An answer that was lost is told as a change only when the object is no longer as it was. */
final class LostAnswerTest {
    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();
    private final SampleAlert alert = SampleAlert.about("shop", "web-0");
    private EventResponder responder = world.responder(new Deleting());

    /** Confirms always, as delete-pod does. */
    private final class Deleting implements Action<String> {
        @Override
        public String name() {
            return action.name();
        }

        @Override
        public Target<String> target() {
            return action;
        }

        @Override
        public List<Reason> reasons() {
            return action.reasons();
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Optional<Outcome> refusal(Alert about, String object) {
            return action.refusal(about, object);
        }

        @Override
        public Optional<Change> confirm(ObjectReference object) {
            return Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
        }

        @Override
        public Change act(Alert about, String object, Run run) throws OutcomeException {
            return action.act(about, object, run);
        }
    }

    private void loseTheFirstAnswer() {
        action.failWith(new Failed(Reason.TIMEOUT, "no answer", true, Optional.empty(), true, Map.of()));
        assertThat(World.answer(responder, alert)).isEqualTo("failed/timeout");
    }

    @Test
    void anObjectThatWasNotLookedForConfirmsNothing() {
        action.alertGuards.add(_ -> world.records().isEmpty()
                ? Optional.empty()
                : Optional.of(new Skipped(Reason.STALE, "older than it may be")));
        responder = world.responder(new Deleting());
        loseTheFirstAnswer();

        assertThat(World.answer(responder, alert)).isEqualTo("skipped/stale");
    }

    @Test
    void anAttemptThatIsStillRunningConfirmsNothing() {
        loseTheFirstAnswer();
        List<String> meanwhile = new ArrayList<>();
        action.acts.add(() -> {
            meanwhile.add(World.answer(responder, alert));
            return new Change(Scripted.LABELLED, "m", Map.of());
        });

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
        assertThat(meanwhile).containsExactly("skipped/recently-handled");
    }

    @Test
    void anUnexpectedErrorIsRememberedLikeALostAnswer() {
        action.acts.add(() -> {
            action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "it has the label"));
            throw new IllegalStateException("after the change was made");
        });
        assertThat(World.answer(responder, alert)).isEqualTo("failed/unavailable");

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }
}
