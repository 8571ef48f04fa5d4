package dev.falcoresponse.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.limits.AnsweredAlerts.Earlier;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered of alerts that were answered, with the time in the test's hand. */
final class AnsweredAlertsTest {
    private static final Earlier ACTED =
            earlier(ObjectReference.NONE, new Acted(Reason.acted("labelled"), "", Map.of()));

    private long now = Long.MAX_VALUE;
    private final AnsweredAlerts alerts = new AnsweredAlerts(Duration.ofSeconds(30), Duration.ofMinutes(15), () -> now);

    private static Earlier earlier(ObjectReference object, Outcome outcome) {
        return new Earlier(object, Identity.UID, outcome, Instant.parse("2026-11-26T07:00:01Z"));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void anAnswerIsRememberedForTheCooldown() {
        alerts.remember("a", ACTED);
        pass(Duration.ofSeconds(30).minusNanos(1));
        assertThat(alerts.earlier("a")).contains(ACTED);

        pass(Duration.ofNanos(1));
        assertThat(alerts.earlier("a")).isEmpty();
    }

    @Test
    void thatAnObjectWasChangedIsKnownAsLongAsTheAlertMayBeDeliveredAgain() {
        alerts.remember("a", ACTED);
        pass(Duration.ofMinutes(15).minusNanos(1));
        assertThat(alerts.isDone("a", ObjectReference.NONE)).isTrue();
        assertThat(alerts.isDone("b", ObjectReference.NONE)).isFalse();
        assertThat(alerts.isDone("a", new ObjectReference("v1", "Pod", "shop", "web-0", "uid", "", "")))
                .isFalse();

        pass(Duration.ofNanos(1));
        assertThat(alerts.isDone("a", ObjectReference.NONE)).isFalse();
    }

    @Test
    void whatMayHaveBeenDoneIsNotKnownToBeDone() {
        alerts.remember("a", earlier(ObjectReference.NONE, Failed.retryable(Reason.TIMEOUT, "")));

        assertThat(alerts.isDone("a", ObjectReference.NONE)).isFalse();
    }

    @Test
    void aLostAnswerIsRememberedAsLongAsTheAlertMayBeDeliveredAgain() {
        Earlier lost = earlier(ObjectReference.NONE, Failed.retryable(Reason.TIMEOUT, ""));
        alerts.remember("a", lost);
        pass(Duration.ofMinutes(15).minusNanos(1));
        assertThat(alerts.earlier("a")).contains(lost);

        pass(Duration.ofNanos(1));
        assertThat(alerts.earlier("a")).isEmpty();
    }

    @Test
    void anUndoIsKnownUntilTheObjectIsChangedAgain() {
        alerts.remember("a", ACTED);
        alerts.rememberUndo("undo", ACTED);
        assertThat(alerts.isUndone(ObjectReference.NONE)).isTrue();
        assertThat(alerts.earlier("undo")).contains(ACTED);

        alerts.remember("b", ACTED);
        assertThat(alerts.isUndone(ObjectReference.NONE)).isFalse();
    }

    @Test
    void anotherAlertHasNoAnswer() {
        alerts.remember("a", ACTED);

        assertThat(alerts.earlier("b")).isEmpty();
    }

    @Test
    void theLastAnswerCountsFromItsOwnTime() {
        alerts.remember("a", ACTED);
        pass(Duration.ofSeconds(20));
        Earlier later = earlier(ObjectReference.NONE, Failed.retryable(Reason.TIMEOUT, ""));
        alerts.remember("a", later);

        pass(Duration.ofSeconds(20));
        assertThat(alerts.earlier("a")).contains(later);
    }

    @Test
    void withoutACooldownNothingIsRemembered() {
        AnsweredAlerts forgetful = new AnsweredAlerts(Duration.ZERO, Duration.ZERO, () -> now);
        forgetful.remember("a", ACTED);

        assertThat(forgetful.earlier("a")).isEmpty();
    }

    @Test
    void alertsCannotFillTheMemory() {
        for (int i = 0; i <= 10_000; i++) {
            alerts.remember("a" + i, ACTED);
        }

        assertThat(alerts.earlier("a0")).isEmpty();
        assertThat(alerts.earlier("a1")).isPresent();
        assertThat(alerts.earlier("a10000")).isPresent();
    }

    @Test
    void theRecordGetsOutcomeReasonAndTime() {
        assertThat(ACTED.details())
                .isEqualTo(Map.of("outcome", "acted", "reason", "labelled", "time", "2026-11-26T07:00:01Z"));
    }
}
