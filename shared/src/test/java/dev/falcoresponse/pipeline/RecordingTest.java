package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.record.SampleRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is recorded, counted and told when something goes wrong, or when the object is no pod. */
final class RecordingTest {
    private static final ReceivedEvent TICK = SampleAlert.event("dev.knative.sources.ping", "null");

    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();
    private final SampleAlert alert = SampleAlert.about("shop", "web-0");

    private static Failed uncertain() {
        return new Failed(Reason.TIMEOUT, "no answer", true, Optional.empty(), true, Map.of());
    }

    private static SampleAlert about(String pod) {
        return SampleAlert.about("shop", pod);
    }

    @Test
    void anUnexpectedErrorWhileActingMayHaveSucceededToo() {
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        action.acts.add(() -> {
            throw new IllegalStateException("after the change was sent");
        });
        World.answer(responder, about("web-0"));

        assertThat(World.answer(responder, about("web-1"))).isEqualTo("denied/budget");
    }

    @Test
    void aRedeliveryThatIsStaleByNowIsToldWhatItsFirstAnswerWas() {
        action.alertGuards.add(_ -> action.calls.isEmpty()
                ? Optional.empty()
                : Optional.of(new Skipped(Reason.STALE, "older than it may be")));
        EventResponder responder = world.responder(action);
        responder.answer(alert.event());

        assertThat(responder.answer(alert.event()).details()).containsKey("earlier");
    }

    @Test
    void whatAnotherWriterDidMeanwhileIsNotToldAsOurs() {
        action.acts.add(() -> {
            action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "another replica did it"));
            throw Scripted.failure(Failed.retryable(Reason.CONFLICT, "it was changed"));
        });

        assertThat(World.answer(world.responder(action), alert)).isEqualTo("skipped/already-done");
    }

    @Test
    void aConfirmedChangeIsRecordedWithItsObject() throws InterruptedException {
        EventResponder responder = world.responder(new Deleting());
        action.failWith(uncertain());
        World.answer(responder, alert);
        action.finds.add(() -> new Missing<>(new Skipped(Reason.NOT_FOUND, "gone")));
        ResponseRecord record = responder.answer(alert.event());

        assertThat(record.outcome()).isEqualTo("acted");
        assertThat(record.targetName()).contains("web-0");
        assertThat(record.podUid()).contains("uid-web-0");
        assertThat(world.kubernetesEvents()).hasSize(2);
    }

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
            return List.of();
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Optional<Change> confirm(ObjectReference object) {
            return Optional.of(new Change(Scripted.LABELLED, "must have been made", Map.of()));
        }

        @Override
        public Change act(Alert about, String object, Run run) throws OutcomeException {
            return action.act(about, object, run);
        }
    }

    @Test
    void theRecordOfWhatCannotBeReadHasTheIdOfTheEvent() {
        World.answer(world.responder(action), SampleAlert.event(FalcoAlerts.TYPE, "{"));

        assertThat(world.lastRecord().eventId()).contains("ce-1");
    }

    @Test
    void aTickThatFailsAfterSomeObjectsIsRecorded() {
        action.expired.add(() -> Arrays.asList("web-0", nothing()));

        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("failed/unavailable");
        assertThat(world.records())
                .extracting(ResponseRecord::outcome)
                .startsWith("acted")
                .endsWith("failed");
    }

    /** A null in the list stands for any bug in reference() or cause() of the second object. */
    @SuppressWarnings("NullAway")
    private static String nothing() {
        return null;
    }

    @Test
    void aTagThatIsNullIsRejectedAndNotRetried() {
        String json = SampleRecord.of("snapshot")
                .with("tags", Collections.singletonList(nothing()))
                .json();

        assertThat(World.answer(world.responder(action), SampleAlert.event("falco.response.snapshot.v1", json)))
                .isEqualTo("rejected/unreadable");
    }

    // another kind of target than Pod

    private static final class Nodes implements Reversible<String>, Target<String> {
        @Override
        public String name() {
            return "label-node";
        }

        @Override
        public Target<String> target() {
            return this;
        }

        @Override
        public List<Reason> reasons() {
            return List.of();
        }

        @Override
        public List<Permission> permissions() {
            return List.of();
        }

        @Override
        public Change act(Alert about, String node, Run run) {
            return new Change(Scripted.LABELLED, "m", Map.of());
        }

        @Override
        public Found<String> find(Undo undo) {
            return new Proven<>(undo.name(), Identity.NAME);
        }

        @Override
        public Change undo(String node, Run run) {
            return new Change(Scripted.RELEASED, "m", Map.of());
        }

        @Override
        public List<String> expired(Instant now) {
            return List.of("worker-7");
        }

        @Override
        public Cause cause(String node) {
            return new Cause("", "", "");
        }

        @Override
        public List<Guard<Alert>> alertGuards(Effect effect) {
            return List.of();
        }

        @Override
        public Found<String> find(Alert about, Effect effect, Read read) {
            return new Proven<>("worker-7", Identity.UID);
        }

        @Override
        public List<Guard<String>> guards(Effect effect) {
            return List.of();
        }

        @Override
        public ObjectReference reference(String node) {
            return new ObjectReference("v1", "Node", "", node, "n-7", node, "");
        }
    }

    @Test
    void theSubjectOfANodeIsItsNameAlsoWhenTheAlertIsAboutAPod() {
        assertThat(world.responder(new Nodes()).answer(alert.event()).subject()).contains("worker-7");
    }

    @Test
    void theUndoOfANodeIsNotRecordedAsAPod() {
        ResponseRecord record = world.responder(new Nodes())
                .answer(SampleAlert.event("falco.response.label-node.undo.v1", "{\"node\":\"worker-7\"}"));

        assertThat(record.targetName()).contains("worker-7");
        assertThat(record.pod()).isEmpty();
    }

    @Test
    void theExpiryOfANodeIsNotRecordedAsAPod() {
        world.responder(new Nodes()).answer(TICK);

        assertThat(world.lastRecord().targetName()).contains("worker-7");
        assertThat(world.lastRecord().pod()).isEmpty();
        assertThat(world.lastRecord().podUid()).isEmpty();
    }
}
