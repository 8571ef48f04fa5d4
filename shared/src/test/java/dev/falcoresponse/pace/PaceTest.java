package dev.falcoresponse.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Reason;
import dev.falcoresponse.settings.Budget;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Cool-down and budget, with the time in the test's hand. */
final class PaceTest {
    private Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private final Pace pace = new Pace(Duration.ofSeconds(30), new Budget(2, Duration.ofMinutes(1)), () -> now);

    private Reason refusal(String uid) {
        return pace.claim(uid, uid).map(Outcome::reason).orElseThrow();
    }

    private void act(String uid) {
        assertThat(pace.claim(uid, uid)).isEmpty();
        pace.settle(uid, uid, true);
    }

    @Test
    void aPodRestsUntilTheCooldownIsOver() {
        act("a");

        now = now.plusSeconds(29);
        assertThat(refusal("a")).isEqualTo(Reason.RECENTLY_HANDLED);

        now = now.plusSeconds(1);
        act("a");
    }

    @Test
    void theBudgetSlides() {
        act("a");
        now = now.plusSeconds(40);
        act("b");
        assertThat(refusal("c")).isEqualTo(Reason.BUDGET);

        now = now.plusSeconds(20);
        act("c");
        assertThat(refusal("d")).isEqualTo(Reason.BUDGET);
    }

    @Test
    void howManyPodsCountsAndNotHowManyAlerts() {
        for (int i = 0; i < 20; i++) {
            assertThat(pace.claim("a", "a/" + i)).isEmpty();
            pace.settle("a", "a/" + i, true);
        }
        act("b");

        assertThat(refusal("c")).isEqualTo(Reason.BUDGET);
        assertThat(pace.claim("a", "a/again")).isEmpty();
    }

    @Test
    void whatIsUnderWayCountsAlready() {
        assertThat(pace.claim("a", "a")).isEmpty();
        assertThat(pace.claim("b", "b")).isEmpty();

        assertThat(refusal("a")).isEqualTo(Reason.RECENTLY_HANDLED);
        assertThat(refusal("c")).isEqualTo(Reason.BUDGET);
    }

    @Test
    void whatWasNotDoneCostsNothing() {
        assertThat(pace.claim("a", "a")).isEmpty();
        pace.settle("a", "a", false);
        act("a");
        act("b");
    }

    @Test
    void anUnlimitedBudgetIsNeverSpent() {
        Pace unlimited = new Pace(Duration.ZERO, Budget.unlimited(), () -> now);
        for (int i = 0; i < 10_000; i++) {
            assertThat(unlimited.claim("pod-" + i, "pod-" + i)).isEmpty();
            unlimited.settle("pod-" + i, "pod-" + i, true);
        }
        assertThat(unlimited.claim("pod-1", "pod-1")).isEmpty();
    }
}
