package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a further delivery of an alert is told, when the first answer may have been lost. */
final class RedeliveryTest {
    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();
    private final SampleAlert alert = SampleAlert.about("shop", "web-0");
    private final SampleAlert another = SampleAlert.about("shop", "web-0").with("uuid", "another");
    private EventResponder responder = world.responder(action);

    private static Failed uncertain() {
        return new Failed(Reason.TIMEOUT, "no answer", true, Optional.empty(), true, Map.of());
    }

    private void loseTheFirstAnswer() {
        action.failWith(uncertain());
        assertThat(World.answer(responder, alert)).isEqualTo("failed/timeout");
    }

    private void findNothing() {
        action.finds.add(() -> new Missing<>(new Skipped(Reason.NOT_FOUND, "gone")));
    }

    // the change is known to have been made

    @Test
    void itIsSkippedWithTheFirstAnswer() {
        responder.answer(alert.event());
        world.pass(Duration.ofSeconds(3));
        ResponseRecord record = responder.answer(alert.event());

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("skipped/recently-handled");
        assertThat(record.details())
                .isEqualTo(Map.of(
                        "earlier",
                        Map.of("outcome", "acted", "reason", "labelled", "time", "2026-11-26T07:00:01.123456789Z")));
    }

    @Test
    void itIsSkippedWithTheFirstAnswerAlsoWhenTheObjectIsGone() {
        responder.answer(alert.event());
        findNothing();

        assertThat(responder.answer(alert.event()).details()).containsKey("earlier");
        assertThat(action.calls).doesNotContain("confirm Pod shop/web-0");
    }

    @Test
    void anotherAlertAboutTheObjectIsNotToldThatAnswer() {
        responder.answer(alert.event());

        assertThat(responder.answer(another.event()).details()).isEmpty();
    }

    @Test
    void norIsAnAlertOfTheSameIdAboutAnotherObject() {
        loseTheFirstAnswer();
        findNothing();

        ResponseRecord record =
                responder.answer(SampleAlert.about("shop", "web-1").event());
        assertThat(record.details()).isEmpty();
        assertThat(action.calls).doesNotContain("confirm Pod shop/web-0");
    }

    @Test
    void afterTheCooldownItIsANewAlert() {
        responder.answer(alert.event());
        world.pass(Duration.ofSeconds(30));

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    // a person takes the change back by hand

    @Test
    void whatAPersonTookBackIsNotDoneAgainForTheSameAlert() {
        responder.answer(alert.event());
        action.missing = true;
        world.pass(Duration.ofMinutes(5));
        ResponseRecord record = responder.answer(alert.event());

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("skipped/already-done");
        assertThat(record.details()).containsEntry("undoneBy", "hand");
        assertThat(action.calls).containsOnlyOnce("act REAL");
    }

    @Test
    void afterARestartTheMarksOnTheObjectTellTheAlert() {
        action.missing = true;
        SampleAlert marked = SampleAlert.about("shop", "web-0").with("uuid", "event-of-web-0");

        assertThat(World.answer(responder, marked)).isEqualTo("skipped/already-done");
        assertThat(World.answer(responder, another)).isEqualTo("acted/labelled");
    }

    @Test
    void noAlertDoesItAgainWithinTheCooldown() {
        responder.answer(alert.event());
        action.missing = true;

        assertThat(World.answer(responder, another)).isEqualTo("skipped/already-done");
        world.pass(Duration.ofSeconds(30));
        assertThat(World.answer(responder, another)).isEqualTo("acted/labelled");
    }

    @Test
    void whatTheFunctionItselfTookBackIsNoHandiwork() {
        responder.answer(alert.event());
        responder.answer(
                SampleAlert.event("falco.response.label-pod.undo.v1", "{\"namespace\":\"shop\",\"name\":\"web-0\"}"));
        action.missing = true;

        assertThat(World.answer(responder, another)).isEqualTo("skipped/recently-handled");
        world.pass(Duration.ofSeconds(30));
        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void marksOfALaterChangeCountMoreThanARememberedUndo() {
        responder.answer(alert.event());
        responder.answer(
                SampleAlert.event("falco.response.label-pod.undo.v1", "{\"namespace\":\"shop\",\"name\":\"web-0\"}"));
        action.missing = true;

        // another replica has changed it since, for this alert
        assertThat(World.answer(responder, SampleAlert.about("shop", "web-0").with("uuid", "event-of-web-0")))
                .isEqualTo("skipped/already-done");
    }

    @Test
    void anAttemptWhoseAnswerWasLostIsCompletedWhateverIsMissing() {
        loseTheFirstAnswer();
        action.missing = true;

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    // the change may have been made

    @Test
    void itsOwnRedeliveryActsAgain() {
        loseTheFirstAnswer();

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
        assertThat(World.answer(responder, alert)).isEqualTo("skipped/recently-handled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "30s"})
    void itsOwnRedeliveryTellsItHoweverLongAgoThatWas(String cooldown) {
        responder = world.responder(action, "RESPONSE_COOLDOWN", cooldown);
        action.confirmed = Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
        loseTheFirstAnswer();
        world.pass(Duration.ofMinutes(10));
        findNothing();

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void noOtherAlertActsOnThatObjectMeanwhile() {
        loseTheFirstAnswer();

        assertThat(World.answer(responder, another)).isEqualTo("skipped/recently-handled");
        assertThat(action.calls).containsOnlyOnce("act REAL");
    }

    @Test
    void itsOwnRedeliveryCostsNoMoreBudget() {
        responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        loseTheFirstAnswer();

        assertThat(World.answer(responder, SampleAlert.about("shop", "web-1").with("uuid", "other")))
                .isEqualTo("denied/budget");
        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void whatItHadDoneItselfIsCompletedAndNotAlreadyDone() {
        loseTheFirstAnswer();
        action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "it has the label"));

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void theGuardsAreAskedAgain() {
        loseTheFirstAnswer();
        action.guards.add(_ -> Optional.of(new Denied(Reason.EXEMPT, "labelled meanwhile")));

        assertThat(World.answer(responder, alert)).isEqualTo("denied/exempt");
    }

    @Test
    void aChangeThatCanOnlyHaveBeenMadeByTheFirstIsToldAsMade() {
        loseTheFirstAnswer();
        findNothing();
        action.confirmed = Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
        ResponseRecord record = responder.answer(alert.event());

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("acted/labelled");
        assertThat(action.calls).endsWith("confirm Pod shop/web-0");
        assertThat(world.records()).hasSize(2);
    }

    @Test
    void whatNobodyCanConfirmIsSkippedWithTheFirstAnswer() {
        loseTheFirstAnswer();
        findNothing();
        ResponseRecord record = responder.answer(alert.event());

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("skipped/not-found");
        assertThat(record.details())
                .extractingByKey("earlier")
                .isEqualTo(Map.of("outcome", "failed", "reason", "timeout", "time", "2026-11-26T07:00:01.123456789Z"));
    }

    @Test
    void aFailureThatChangedNothingLeavesNoTrace() {
        action.failWith(Failed.retryable(Reason.UNAVAILABLE, "away"));
        World.answer(responder, alert);

        assertThat(responder.answer(alert.event()).details()).doesNotContainKey("earlier");
    }

    @Test
    void previewsAreNotRemembered() {
        responder = world.responder(action, "RESPONSE_DRY_RUN", "true");
        responder.answer(alert.event());

        assertThat(responder.answer(alert.event()).outcome()).isEqualTo("previewed");
    }

    // what may be told as made

    @Test
    void anObjectThatWasNotLookedForConfirmsNothing() {
        action.confirmed = Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
        action.alertGuards.add(_ -> world.records().isEmpty()
                ? Optional.empty()
                : Optional.of(new Skipped(Reason.STALE, "older than it may be")));
        responder = world.responder(action);
        loseTheFirstAnswer();

        assertThat(World.answer(responder, alert)).isEqualTo("skipped/stale");
    }

    @Test
    void anAttemptThatIsStillRunningConfirmsNothing() {
        action.confirmed = Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
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
        action.confirmed = Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
        action.acts.add(() -> {
            action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "it has the label"));
            throw new IllegalStateException("after the change was made");
        });
        assertThat(World.answer(responder, alert)).isEqualTo("failed/unavailable");

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void aConfirmedChangeIsRecordedWithItsObject() throws InterruptedException {
        action.confirmed = Optional.of(new Change(Scripted.LABELLED, "must have been made", Map.of()));
        action.failWith(uncertain());
        World.answer(responder, alert);
        action.finds.add(() -> new Missing<>(new Skipped(Reason.NOT_FOUND, "gone")));
        ResponseRecord record = responder.answer(alert.event());

        assertThat(record.outcome()).isEqualTo("acted");
        assertThat(record.targetName()).contains("web-0");
        assertThat(record.podUid()).contains("uid-web-0");
        assertThat(world.kubernetesEvents()).hasSize(2);
    }
}
