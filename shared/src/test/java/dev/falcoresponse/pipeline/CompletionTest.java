package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Deferred;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Going on with what was begun, when the clock ticks. */
final class CompletionTest {
    private static final ReceivedEvent TICK = SampleAlert.event("dev.knative.sources.ping", "{}");
    private static final ReceivedEvent WATCH = SampleAlert.event("dev.knative.apiserver.resource.update", "{}");
    private static final Failed DOWN = Failed.retryable(Reason.UNAVAILABLE, "down");

    @RegisterExtension
    final World world = new World();

    private final Waiting action = new Waiting();

    /** An action whose objects wait for the clock; it writes down what happens to them. */
    private static final class Waiting implements Deferred<String> {
        private static final Reason ENDED = Reason.acted("ended");

        private final List<String> calls = new ArrayList<>();
        private List<String> waiting = List.of();
        private boolean deaf;

        @Override
        public String name() {
            return "label-pod";
        }

        @Override
        public Target<String> target() {
            return new Scripted();
        }

        @Override
        public List<Reason> reasons() {
            return List.of(ENDED);
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Change act(Alert alert, String object, Run run) throws OutcomeException {
            throw new OutcomeException(DOWN);
        }

        @Override
        public List<String> due(Instant now) {
            return waiting;
        }

        @Override
        public Optional<String> load(String name) {
            return name.equals("gone") ? Optional.empty() : Optional.of(name);
        }

        @Override
        public boolean began(Alert alert, String object) {
            return alert.id().equals("event-of-" + object);
        }

        @Override
        public Alert alert(String object) {
            return SampleAlert.about("shop", object)
                    .with("uuid", "event-of-" + object)
                    .read();
        }

        @Override
        public Change proceed(String object) throws OutcomeException {
            calls.add("proceed " + object);
            if (object.startsWith("bad")) {
                throw new OutcomeException(DOWN);
            }
            return new Change(ENDED, "Ended " + object, Map.of());
        }

        @Override
        public void publish(ResponseRecord record) throws OutcomeException {
            calls.add("publish " + record.targetName().orElse(""));
            if (deaf) {
                throw new OutcomeException(DOWN);
            }
        }

        @Override
        public void end(String object) {
            calls.add("end " + object);
        }

        @Override
        public Outcome nothingDue() {
            return new Skipped(Reason.NOTHING_TO_UNDO, "Nothing to do");
        }
    }

    @Test
    void aTickWithNothingToDoSaysSo() {
        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("skipped/nothing-to-undo");
        assertThat(world.records()).hasSize(1);
    }

    @Test
    void eachObjectHasItsRecordOneIsTheReplyAndTheOthersAreHandedOn() {
        action.waiting = List.of("a", "gone", "b", "c");

        ResponseRecord reply = world.responder(action).answer(TICK);

        assertThat(reply.targetName()).contains("c");
        assertThat(reply.eventId()).contains("event-of-c");
        assertThat(world.records())
                .extracting(ResponseRecord::message)
                .containsExactly("Ended a", "Ended b", "Ended c");
        assertThat(action.calls)
                .containsExactly(
                        "proceed a", "proceed b", "publish a", "end a", "proceed c", "publish b", "end b", "end c");
    }

    @Test
    void theEventOfAWatchIsATickToo() {
        action.waiting = List.of("a");

        assertThat(World.answer(world.responder(action), WATCH)).isEqualTo("acted/ended");
    }

    /** The failure is the answer, so that the tick is delivered again: every record is handed on. */
    @Test
    void aFailureOfOneKeepsNothingFromTheOthers() {
        action.waiting = List.of("a", "bad", "c");

        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("failed/unavailable");
        assertThat(action.calls)
                .containsExactly("proceed a", "proceed bad", "proceed c", "publish a", "end a", "publish c", "end c");
        assertThat(world.records()).hasSize(3);
    }

    @Test
    void whatCouldNotBeHandedOnDoesNotEnd() {
        action.waiting = List.of("a", "b");
        action.deaf = true;

        assertThatThrownBy(() -> world.responder(action).answer(TICK)).isInstanceOf(RefusedException.class);
        assertThat(action.calls).containsExactly("proceed a", "proceed b", "publish a");
    }
}
