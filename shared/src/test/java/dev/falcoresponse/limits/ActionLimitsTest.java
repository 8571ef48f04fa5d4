package dev.falcoresponse.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.limits.ActionLimits.Admission;
import dev.falcoresponse.limits.ActionLimits.Permit;
import dev.falcoresponse.limits.ActionLimits.Refused;
import dev.falcoresponse.settings.Budget;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Cool-down and budget, with the time in the test's hand. */
final class ActionLimitsTest {
    private long now;
    private final ActionLimits limits = limits(Duration.ofSeconds(30), new Budget(2, Duration.ofMinutes(1)));

    private ActionLimits limits(Duration cooldown, Budget budget) {
        return new ActionLimits(cooldown, budget, () -> now);
    }

    private static ObjectReference pod(String name) {
        return new ObjectReference("v1", "Pod", "shop", name, "uid-" + name);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private Admission acquire(String pod) {
        return limits.acquire(pod(pod), pod, "event");
    }

    private Permit permit(String pod) {
        return permit(acquire(pod));
    }

    private static Permit permit(Admission admission) {
        assertThat(admission).isInstanceOf(Permit.class);
        return (Permit) admission;
    }

    private Outcome refusal(String pod) {
        assertThat(acquire(pod)).isInstanceOf(Refused.class);
        return ((Refused) acquire(pod)).outcome();
    }

    private void act(String pod) {
        use(permit(pod));
    }

    private static void use(Permit permit) {
        try (permit) {
            permit.use(false);
        }
    }

    @Test
    void anObjectRestsUntilTheCooldownIsOver() {
        act("a");

        pass(Duration.ofSeconds(30).minusNanos(1));
        assertThat(refusal("a").reason()).isEqualTo(Reason.RECENTLY_HANDLED);

        pass(Duration.ofNanos(1));
        act("a");
    }

    @Test
    void theCooldownBeginsWhenTheAttemptEnds() {
        Permit permit = permit("a");
        permit.use(false);
        pass(Duration.ofSeconds(29));
        permit.close();

        pass(Duration.ofSeconds(29));
        assertThat(refusal("a").reason()).isEqualTo(Reason.RECENTLY_HANDLED);
    }

    @Test
    void theBudgetSlides() {
        act("a");
        pass(Duration.ofSeconds(40));
        act("b");
        assertThat(refusal("c").reason()).isEqualTo(Reason.BUDGET);

        pass(Duration.ofSeconds(20));
        act("c");
        assertThat(refusal("d").reason()).isEqualTo(Reason.BUDGET);
    }

    @Test
    void theBudgetCountsObjectsAndNotAlerts() {
        for (int i = 0; i < 20; i++) {
            use(permit(limits.acquire(pod("a"), "a/" + i, "event")));
        }
        act("b");

        assertThat(refusal("c").reason()).isEqualTo(Reason.BUDGET);
        use(permit(limits.acquire(pod("a"), "a/again", "event")));
    }

    @Test
    void anObjectThatIsActedOnAgainStaysInTheWindow() {
        act("a");
        pass(Duration.ofSeconds(40));
        act("a");
        act("b");

        pass(Duration.ofSeconds(40));
        assertThat(refusal("c").reason()).isEqualTo(Reason.BUDGET);
    }

    @Test
    void runningAttemptsCount() {
        permit("a");
        permit("b");

        assertThat(refusal("a").reason()).isEqualTo(Reason.RECENTLY_HANDLED);
        assertThat(refusal("c").reason()).isEqualTo(Reason.BUDGET);
    }

    @Test
    void twoRunningAttemptsOnOneObjectCostOneObject() {
        permit(limits.acquire(pod("a"), "a/1", "event"));
        permit(limits.acquire(pod("a"), "a/2", "event"));

        permit("b");
    }

    @Test
    void anUnusedPermitCostsNothing() {
        permit("a").close();
        permit("a").close();

        act("a");
        act("b");
    }

    @Test
    void aRefusalCostsNothing() {
        act("a");
        act("b");
        refusal("c");

        pass(Duration.ofMinutes(1));
        act("c");
    }

    @Test
    void anUnlimitedBudgetIsNeverSpent() {
        ActionLimits unlimited = limits(Duration.ZERO, Budget.UNLIMITED);
        for (int i = 0; i < 1_000; i++) {
            use(permit(unlimited.acquire(pod("p" + i), "p" + i, "event")));
        }

        use(permit(unlimited.acquire(pod("p1"), "p1", "event")));
    }

    @Test
    void withoutCooldownOnlyARunningAttemptIsInTheWay() {
        ActionLimits eager = limits(Duration.ZERO, new Budget(1, Duration.ofMinutes(1)));
        try (Permit running = permit(eager.acquire(pod("a"), "a", "event"))) {
            running.use(false);
            assertThat(eager.acquire(pod("a"), "a", "event")).isInstanceOf(Refused.class);
        }

        assertThat(eager.acquire(pod("a"), "a", "event")).isInstanceOf(Permit.class);
    }

    @Test
    void timeMayStartBelowZeroAndOverflow() {
        now = Long.MAX_VALUE - 1;
        act("a");

        pass(Duration.ofSeconds(29));
        assertThat(refusal("a").reason()).isEqualTo(Reason.RECENTLY_HANDLED);
        pass(Duration.ofSeconds(1));
        act("a");
    }

    @Test
    void theSentencesNameObjectAndSetting() {
        act("a");
        act("b");

        assertThat(refusal("a"))
                .isEqualTo(new Skipped(
                        Reason.RECENTLY_HANDLED,
                        "Pod shop/a is being handled, or was handled within RESPONSE_COOLDOWN 30s"));
        assertThat(refusal("c")).isEqualTo(new Denied(Reason.BUDGET, "RESPONSE_BUDGET of 2 in 1m is spent"));
    }

    @Test
    void whatMayHaveBeenDoneCostsBudgetAndOnlyItsOwnAlertMayTryAgain() {
        try (Permit permit = permit(limits.acquire(pod("a"), "a", "event"))) {
            permit.use(true);
        }
        act("b");

        assertThat(refusal("c").reason()).isEqualTo(Reason.BUDGET);
        assertThat(((Refused) limits.acquire(pod("a"), "a", "another"))
                        .outcome()
                        .reason())
                .isEqualTo(Reason.RECENTLY_HANDLED);
        use(permit(limits.acquire(pod("a"), "a", "event")));
        assertThat(refusal("a").reason()).isEqualTo(Reason.RECENTLY_HANDLED);
    }
}
