package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.record.SampleRecord;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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

    private EventResponder nodes() {
        action.reference = node -> new ObjectReference("v1", "Node", "", "worker-7", "n-7", "worker-7", "");
        return world.responder(action);
    }

    @Test
    void theSubjectOfANodeIsItsNameAlsoWhenTheAlertIsAboutAPod() {
        assertThat(nodes().answer(alert.event()).subject()).contains("worker-7");
    }

    @Test
    void theUndoOfANodeIsNotRecordedAsAPod() {
        ResponseRecord record =
                nodes().answer(SampleAlert.event("falco.response.label-pod.undo.v1", "{\"node\":\"worker-7\"}"));

        assertThat(record.targetName()).contains("worker-7");
        assertThat(record.pod()).isEmpty();
    }

    @Test
    void theExpiryOfANodeIsNotRecordedAsAPod() {
        action.expired.add(() -> List.of("worker-7"));
        nodes().answer(TICK);

        assertThat(world.lastRecord().targetName()).contains("worker-7");
        assertThat(world.lastRecord().pod()).isEmpty();
        assertThat(world.lastRecord().podUid()).isEmpty();
    }
}
