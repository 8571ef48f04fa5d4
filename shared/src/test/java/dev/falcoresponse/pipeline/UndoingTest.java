package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible.Adapted;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Taking changes back, by request and when their time is over. */
final class UndoingTest {
    private static final ReceivedEvent TICK = SampleAlert.event("dev.knative.sources.ping", "null");

    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();

    private static ReceivedEvent undo(String more) {
        return SampleAlert.event(
                "falco.response.label-pod.undo.v1", "{\"namespace\":\"shop\",\"name\":\"web-0\"" + more + "}");
    }

    // by request

    @Test
    void aRequestTakesTheChangeBack() throws InterruptedException {
        ResponseRecord record = world.responder(action).answer(undo(",\"uid\":\"uid-web-0\""));

        assertThat(action.calls).containsExactly("find web-0 uid-web-0", "undo web-0 REAL");
        assertThat(record.outcome()).isEqualTo("acted");
        assertThat(record.reason()).isEqualTo("released");
        assertThat(record.message()).isEqualTo("Released web-0");
        assertThat(record.identity()).contains("name");
        assertThat(record.subject()).contains("shop/web-0");
        assertThat(record.eventId()).contains("ce-1");
        assertThat(world.records()).containsExactly(record);
        assertThat(world.count("label-pod", "acted", "released")).isEqualTo(1);
        assertThat(world.kubernetesEvents()).hasSize(1);
    }

    @Test
    void neitherLimitsNorRulesKeepFromIt() {
        EventResponder responder = world.responder(
                action,
                "RESPONSE_BUDGET",
                "1/1m",
                "RESPONSE_RULES",
                "Another rule",
                "RESPONSE_MIN_PRIORITY",
                "emergency",
                "RESPONSE_PROTECTED_NAMESPACES",
                "*");
        action.alertGuards.add(_ -> Optional.of(new Denied(Reason.PROTECTED_NAMESPACE, "no")));

        for (int i = 0; i < 3; i++) {
            assertThat(World.answer(responder, undo(""))).isEqualTo("acted/released");
        }
    }

    @Test
    void itIsDoneAlsoWhileTheFunctionOnlyPreviews() {
        ResponseRecord record =
                world.responder(action, "RESPONSE_DRY_RUN", "true").answer(undo(""));

        assertThat(record.outcome()).isEqualTo("acted");
        assertThat(record.dryRun()).isFalse();
    }

    @Test
    void aRequestMayAskForAPreview() {
        ResponseRecord record = world.responder(action).answer(undo(",\"dryRun\":true"));

        assertThat(action.calls).endsWith("undo web-0 DRY");
        assertThat(record.outcome()).isEqualTo("previewed");
        assertThat(record.message()).isEqualTo("Would release web-0");
        assertThat(record.dryRun()).isTrue();
    }

    @Test
    void theTargetsGuardsForUndoAreAsked() {
        action.guards.add(_ -> Optional.of(new Denied(Reason.SELF, "own pod")));

        assertThat(World.answer(world.responder(action), undo(""))).isEqualTo("denied/self");
        assertThat(action.calls).doesNotContain("undo web-0 REAL");
    }

    @Test
    void aFurtherDeliveryTellsTheFirstAnswer() {
        EventResponder responder = world.responder(action);
        responder.answer(undo(""));
        action.failWith(new Skipped(Reason.NOTHING_TO_UNDO, "no mark"));

        ResponseRecord record = responder.answer(undo(""));

        assertThat(record.reason()).isEqualTo("nothing-to-undo");
        assertThat(record.details().get("earlier"))
                .isEqualTo(Map.of("outcome", "acted", "reason", "released", "time", "2026-11-26T07:00:01.123456789Z"));
    }

    private static Failed lost() {
        return new Failed(Reason.TIMEOUT, "no answer", true, Optional.empty(), true, Map.of());
    }

    @Test
    void whatAnAttemptWithoutAnAnswerTookBackIsToldByItsRedelivery() {
        EventResponder responder = world.responder(action, "RESPONSE_COOLDOWN", "0s");
        action.failWith(lost(), new Skipped(Reason.NOTHING_TO_UNDO, "no mark"));
        assertThat(World.answer(responder, undo(""))).isEqualTo("failed/timeout");

        ResponseRecord record = responder.answer(undo(""));

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("acted/released");
        assertThat(record.targetName()).contains("web-0");
        assertThat(record.message()).contains("the API server's answer was lost", "no mark");
    }

    @Test
    void itIsToldAlsoWhenTheObjectIsGoneMeanwhile() {
        EventResponder responder = world.responder(action);
        action.failWith(lost());
        World.answer(responder, undo(""));
        action.finds.add(() -> new Missing<>(new Skipped(Reason.NOT_FOUND, "gone")));

        assertThat(World.answer(responder, undo(""))).isEqualTo("acted/released");
    }

    @Test
    void anotherRequestIsNotToldWhatWasLost() {
        EventResponder responder = world.responder(action);
        action.failWith(lost(), new Skipped(Reason.NOTHING_TO_UNDO, "no mark"));
        World.answer(responder, undo(""));

        ReceivedEvent other = new ReceivedEvent(
                Map.of("id", "ce-2", "type", "falco.response.label-pod.undo.v1", "source", "test"), undo("").data());
        assertThat(World.answer(responder, other)).isEqualTo("skipped/nothing-to-undo");
    }

    @Test
    void anAttemptThatChangedNothingIsNotTold() {
        EventResponder responder = world.responder(action);
        action.failWith(Failed.retryable(Reason.UNAVAILABLE, "away"), new Skipped(Reason.NOTHING_TO_UNDO, "no mark"));
        World.answer(responder, undo(""));

        assertThat(World.answer(responder, undo(""))).isEqualTo("skipped/nothing-to-undo");
    }

    @Test
    void anObjectThatIsGoneIsToldAsSuch() {
        action.finds.add(() -> new Missing<>(new Skipped(Reason.NOT_FOUND, "gone")));

        assertThat(World.answer(world.responder(action), undo(""))).isEqualTo("skipped/not-found");
        assertThat(world.lastRecord().pod()).contains("web-0");
    }

    @Test
    void whatWasNeverChangedIsNothingToUndo() {
        action.failWith(new Skipped(Reason.NOTHING_TO_UNDO, "no mark"));

        assertThat(World.answer(world.responder(action), undo(""))).isEqualTo("skipped/nothing-to-undo");
    }

    @Test
    void afterAConflictTheObjectIsFoundAgain() {
        action.failWith(Failed.retryable(Reason.CONFLICT, "changed"));

        assertThat(World.answer(world.responder(action), undo(""))).isEqualTo("acted/released");
        assertThat(action.calls).containsExactly("find web-0 ", "undo web-0 REAL", "find web-0 ", "undo web-0 REAL");
    }

    @Test
    void aFailureIsRecordedOnce() {
        action.failWith(Failed.permanent(Reason.FORBIDDEN, "forbidden"));

        assertThat(World.answer(world.responder(action), undo(""))).isEqualTo("failed/forbidden");
        assertThat(world.records()).hasSize(1);
    }

    @Test
    void anUnexpectedErrorIsAFailureThatMayPass() {
        action.acts.add(() -> {
            throw new IllegalStateException("bug");
        });

        assertThat(World.answer(world.responder(action), undo(""))).isEqualTo("failed/unavailable");
        assertThat(world.records()).hasSize(1);
    }

    @Test
    void anUndoSpendsNoBudget() {
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        World.answer(responder, undo(""));

        assertThat(World.answer(responder, SampleAlert.about("shop", "web-1"))).isEqualTo("acted/labelled");
    }

    // when its time is over

    private void expire(String... objects) {
        action.expired.add(() -> List.of(objects));
    }

    @Test
    void aTickWithoutExpiredObjectsLeavesOneRecord() {
        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("skipped/nothing-to-undo");
        assertThat(world.records()).hasSize(1);
        assertThat(world.lastRecord().message()).isEqualTo("Nothing has expired");
        assertThat(action.calls).containsExactly("adapt");
    }

    @Test
    void eachExpiredObjectLeavesItsOwnRecord() throws InterruptedException {
        expire("web-0", "web-1");
        ResponseRecord reply = world.responder(action, "RESPONSE_DRY_RUN", "true", "RESPONSE_BUDGET", "1/1m")
                .answer(TICK);

        assertThat(action.calls).containsExactly("undo web-0 REAL", "undo web-1 REAL", "adapt");
        assertThat(reply.outcome()).isEqualTo("acted");
        assertThat(reply.eventId()).contains("ce-1");
        assertThat(reply.message()).isEqualTo("shop/web-0 acted/released; shop/web-1 acted/released");
        assertThat(reply.details())
                .isEqualTo(Map.of("objects", List.of("shop/web-0 acted/released", "shop/web-1 acted/released")));
        assertThat(world.records())
                .extracting(record -> record.pod().orElse(""))
                .containsExactly("web-0", "web-1");
        assertThat(world.kubernetesEvents()).hasSize(2);
    }

    @Test
    void theRecordOfAnExpiredObjectNamesTheAlertThatItWasChangedFor() {
        expire("web-0");
        world.responder(action).answer(TICK);

        ResponseRecord record = world.lastRecord();
        assertThat(record.rule()).contains("Rule of web-0");
        assertThat(record.eventId()).contains("event-of-web-0");
        assertThat(record.eventTime()).contains("2026-11-26T06:30:00Z");
        assertThat(record.identity()).contains("uid");
        assertThat(record.dryRun()).isFalse();
    }

    @Test
    void theWorstOutcomeIsTheAnswerAndTheMessageListsAll() {
        expire("web-0", "web-1", "web-2");
        action.acts.add(() -> new Change(Scripted.RELEASED, "ok", Map.of()));
        action.failWith(Failed.retryable(Reason.TIMEOUT, "slow").after(Optional.of(Duration.ofSeconds(7))));
        EventResponder responder = world.responder(action);

        assertThatThrownBy(() -> responder.answer(TICK)).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.outcome().reason()).isEqualTo(Reason.TIMEOUT);
            assertThat(((Failed) e.outcome()).retryAfter()).contains(Duration.ofSeconds(7));
            assertThat(e).hasMessage("shop/web-0 acted/released; shop/web-1 failed/timeout; shop/web-2 acted/released");
        });
        assertThat(world.records()).extracting(ResponseRecord::outcome).containsExactly("acted", "failed", "acted");
    }

    @Test
    void anObjectThatCannotBeReleasedDoesNotKeepTheOthers() {
        expire("web-0", "web-1");
        action.acts.add(() -> {
            throw new IllegalStateException("bug");
        });

        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("failed/unavailable");
        assertThat(action.calls).contains("undo web-1 REAL", "adapt");
    }

    @Test
    void anExpiredObjectThatWasChangedMeanwhileIsFoundAgainByItsUid() {
        expire("web-0");
        action.failWith(Failed.retryable(Reason.CONFLICT, "changed"));

        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("acted/released");
        assertThat(action.calls).containsExactly("undo web-0 REAL", "find web-0 uid-web-0", "undo web-0 REAL", "adapt");
    }

    private void changeAnew() {
        action.cause = _ -> new Cause("Another rule", "another-event", "2026-11-26T07:00:00Z");
    }

    @Test
    void whatWasChangedAnewWhileTheClockTookItBackIsLeftAsItIs() {
        expire("web-0");
        action.acts.add(() -> {
            changeAnew();
            throw Scripted.failure(Failed.retryable(Reason.CONFLICT, "changed"));
        });

        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("skipped/nothing-to-undo");
        assertThat(action.calls).containsExactly("undo web-0 REAL", "find web-0 uid-web-0", "adapt");
        assertThat(world.lastRecord().message()).contains("web-0", "changed anew meanwhile");
        assertThat(world.lastRecord().rule()).contains("Rule of web-0");
    }

    @Test
    void whatWasChangedAnewAfterALostAnswerIsLeftAsItIs() {
        EventResponder responder = world.responder(action);
        expire("web-0");
        action.failWith(lost());
        World.answer(responder, TICK);
        changeAnew();

        ResponseRecord reply = responder.answer(TICK);

        assertThat(reply.outcome() + "/" + reply.reason()).isEqualTo("acted/released");
        assertThat(action.calls).containsExactly("undo web-0 REAL", "adapt", "find web-0 uid-web-0", "adapt");
        assertThat(world.lastRecord().message()).contains("answer was lost", "changed anew meanwhile");
    }

    @Test
    void whatTheClockTookBackWithoutAnAnswerIsToldByTheNextTick() {
        EventResponder responder = world.responder(action);
        expire("web-0");
        action.failWith(lost(), new Skipped(Reason.NOTHING_TO_UNDO, "no mark"));
        assertThat(World.answer(responder, TICK)).isEqualTo("failed/timeout");

        ResponseRecord reply = responder.answer(TICK);

        assertThat(reply.outcome() + "/" + reply.reason()).isEqualTo("acted/released");
        assertThat(world.lastRecord().rule()).contains("Rule of web-0");
        assertThat(world.lastRecord().targetName()).contains("web-0");
        assertThat(World.answer(responder, TICK)).isEqualTo("skipped/nothing-to-undo");
    }

    @Test
    void whatATickTookBackBeforeItFailedIsToldByTheNext() {
        EventResponder responder = world.responder(action);
        expire("web-0", "web-1");
        action.acts.add(() -> new Change(Scripted.RELEASED, "m", Map.of()));
        action.failWith(Failed.retryable(Reason.UNAVAILABLE, "away"), Failed.retryable(Reason.UNAVAILABLE, "away"));
        assertThat(World.answer(responder, TICK)).isEqualTo("failed/unavailable");

        expire("web-1");
        ResponseRecord reply = responder.answer(TICK);

        assertThat(reply.outcome() + "/" + reply.reason()).isEqualTo("acted/released");
        assertThat(reply.message()).isEqualTo("shop/web-0 acted/released; shop/web-1 failed/unavailable");
        assertThat(World.answer(responder, TICK)).isEqualTo("skipped/nothing-to-undo");
    }

    @Test
    void whenNobodyKnowsWhatHasExpiredTheTickFails() {
        action.expired.add(() -> {
            throw Scripted.failure(Failed.retryable(Reason.UNAVAILABLE, "away"));
        });

        assertThat(World.answer(world.responder(action), TICK)).isEqualTo("failed/unavailable");
        assertThat(world.records()).hasSize(1);
    }

    @Test
    void whatWasAdaptedToOthersIsRecordedToo() {
        action.adapted = List.of(new Adapted<>("web-0", new Change(Scripted.RELEASED, "Took back", Map.of())));

        ResponseRecord record = world.responder(action).answer(TICK);

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("acted/released");
        assertThat(world.records()).hasSize(1).first().satisfies(each -> {
            assertThat(each.pod()).contains("web-0");
            assertThat(each.message()).isEqualTo("Took back");
        });
    }
}
