package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a further delivery of an alert is told, when the first answer may have been lost. */
final class RedeliveryTest {
    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();
    private final SampleAlert alert = SampleAlert.about("shop", "web-0");
    private final SampleAlert another = SampleAlert.about("shop", "web-0").with("uuid", "another");
    private Optional<Change> confirmed = Optional.empty();
    private EventResponder responder = world.responder(new Confirming());

    /** The scripted action, which also knows whether a change must have been made. */
    private final class Confirming implements Action<String> {
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
            return action.permissions();
        }

        @Override
        public Optional<Outcome> refusal(Alert about, String object) {
            return action.refusal(about, object);
        }

        @Override
        public Optional<Change> confirm(ObjectReference object) {
            action.calls.add("confirm " + object);
            return confirmed;
        }

        @Override
        public Change act(Alert about, String object, Run run) throws OutcomeException {
            return action.act(about, object, run);
        }
    }

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
    void afterTheCooldownItIsANewAlert() {
        responder.answer(alert.event());
        world.pass(Duration.ofSeconds(30));

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    // the change may have been made

    @Test
    void itsOwnRedeliveryActsAgain() {
        loseTheFirstAnswer();

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
        assertThat(World.answer(responder, alert)).isEqualTo("skipped/recently-handled");
    }

    @Test
    void noOtherAlertActsOnThatObjectMeanwhile() {
        loseTheFirstAnswer();

        assertThat(World.answer(responder, another)).isEqualTo("skipped/recently-handled");
        assertThat(action.calls).containsOnlyOnce("act REAL");
    }

    @Test
    void itsOwnRedeliveryCostsNoMoreBudget() {
        responder = world.responder(new Confirming(), "RESPONSE_BUDGET", "1/1m");
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
        confirmed = Optional.of(new Change(Scripted.LABELLED, "It must have been labelled", Map.of()));
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
        responder = world.responder(new Confirming(), "RESPONSE_DRY_RUN", "true");
        responder.answer(alert.event());

        assertThat(responder.answer(alert.event()).outcome()).isEqualTo("previewed");
    }
}
