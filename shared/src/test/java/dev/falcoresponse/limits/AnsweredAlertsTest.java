package dev.falcoresponse.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.limits.AnsweredAlerts.Earlier;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered of alerts that were answered, with the time in the test's hand. */
final class AnsweredAlertsTest {
    private static final Earlier ACTED =
            new Earlier(ObjectReference.NONE, Identity.UID, false, "acted", "labelled", "2026-11-26T07:00:01Z");

    private long now = Long.MAX_VALUE;
    private final AnsweredAlerts alerts = new AnsweredAlerts(Duration.ofSeconds(30), () -> now);

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
    void anotherAlertHasNoAnswer() {
        alerts.remember("a", ACTED);

        assertThat(alerts.earlier("b")).isEmpty();
    }

    @Test
    void theLastAnswerCountsFromItsOwnTime() {
        alerts.remember("a", ACTED);
        pass(Duration.ofSeconds(20));
        Earlier later =
                new Earlier(ObjectReference.NONE, Identity.UID, true, "failed", "timeout", "2026-11-26T07:00:21Z");
        alerts.remember("a", later);

        pass(Duration.ofSeconds(20));
        assertThat(alerts.earlier("a")).contains(later);
    }

    @Test
    void withoutACooldownNothingIsRemembered() {
        AnsweredAlerts forgetful = new AnsweredAlerts(Duration.ZERO, () -> now);
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
