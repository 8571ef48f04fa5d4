package dev.falcoresponse.pipeline;

import static dev.falcoresponse.action.Reason.EXEMPT;
import static dev.falcoresponse.action.Reason.REPLACED;
import static dev.falcoresponse.action.Reason.SELF;
import static dev.falcoresponse.action.Reason.STALE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.SampleAlert;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The first reason that applies decides, in the order of section 5 of the contract, also for a preview. */
final class GuardOrderTest {
    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();
    private final SampleAlert alert = SampleAlert.about("shop", "web-0");
    private final Outcome stale = new Skipped(STALE, "stale");
    private final Outcome exempt = new Denied(EXEMPT, "exempt");
    private final Outcome self = new Denied(SELF, "self");

    private String answer(String... namesAndValues) {
        return World.answer(world.responder(action, namesAndValues), alert);
    }

    private void findNothing() {
        action.finds.add(() -> new Missing<>(new Skipped(REPLACED, "replaced")));
    }

    @Test
    void theRuleComesFirst() {
        alert.with("priority", "Debug");
        action.alertGuards.add(_ -> Optional.of(stale));

        assertThat(answer("RESPONSE_RULES", "Another rule", "RESPONSE_MIN_PRIORITY", "warning"))
                .isEqualTo("denied/rule");
    }

    @Test
    void thePriorityComesSecond() {
        action.alertGuards.add(_ -> Optional.of(stale));

        assertThat(answer("RESPONSE_RULES", "x, Terminal shell in container", "RESPONSE_MIN_PRIORITY", "warning"))
                .isEqualTo("denied/priority");
        assertThat(world.lastRecord().message()).contains("Priority Notice is below RESPONSE_MIN_PRIORITY Warning");
    }

    @ParameterizedTest
    @CsvSource({"Notice,acted/labelled", "Warning,acted/labelled", "Informational,denied/priority", "x,denied/priority"
    })
    void theLowestPriorityIsStillTaken(String priority, String answer) {
        alert.with("priority", priority);

        assertThat(answer("RESPONSE_MIN_PRIORITY", "notice")).isEqualTo(answer);
    }

    @Test
    void ruleNamesAreComparedAsTheyAreWritten() {
        assertThat(answer("RESPONSE_RULES", "terminal shell in container")).isEqualTo("denied/rule");
    }

    @Test
    void theAlertIsJudgedBeforeAnythingIsLookedFor() {
        action.alertGuards.add(_ -> Optional.empty());
        action.alertGuards.add(_ -> Optional.of(stale));
        action.alertGuards.add(_ -> Optional.of(exempt));
        findNothing();

        assertThat(answer()).isEqualTo("skipped/stale");
        assertThat(action.calls).isEmpty();
    }

    @Test
    void whatIsNotFoundIsNotJudged() {
        findNothing();
        action.guards.add(_ -> Optional.of(exempt));

        assertThat(answer()).isEqualTo("skipped/replaced");
    }

    @Test
    void theTargetsGuardsComeBeforeTheActionsOwn() {
        action.guards.add(_ -> Optional.of(exempt));
        action.guards.add(_ -> Optional.of(self));
        action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "done"));

        assertThat(answer()).isEqualTo("denied/exempt");
    }

    @Test
    void theActionsOwnReasonComesBeforeTheLimits() {
        EventResponder responder = world.responder(action);
        World.answer(responder, alert);
        action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "done"));

        assertThat(World.answer(responder, alert)).isEqualTo("skipped/already-done");
    }

    @Test
    void theCooldownComesBeforeTheBudget() {
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        World.answer(responder, alert);

        assertThat(World.answer(responder, alert)).isEqualTo("skipped/recently-handled");
        assertThat(World.answer(responder, SampleAlert.about("shop", "web-1"))).isEqualTo("denied/budget");
        assertThat(action.calls).containsOnlyOnce("act REAL");
    }

    /** What can stop a response before its limits. */
    enum Stage {
        RULE,
        ALERT_GUARD,
        FIND,
        FIND_FAILS,
        GUARD,
        OWN_REFUSAL,
        ACT_FAILS,
        ACT_IS_TOO_LATE,
        NOTHING
    }

    private void stopAt(Stage stage) {
        switch (stage) {
            case RULE -> alert.with("rule", "Another rule");
            case ALERT_GUARD -> action.alertGuards.add(_ -> Optional.of(stale));
            case FIND -> findNothing();
            case FIND_FAILS ->
                action.finds.add(() -> {
                    throw Scripted.failure(Failed.retryable(Reason.UNAVAILABLE, "away"));
                });
            case GUARD -> action.guards.add(_ -> Optional.of(exempt));
            case OWN_REFUSAL -> action.refusal = Optional.of(new Skipped(Reason.ALREADY_DONE, "done"));
            case ACT_FAILS -> action.failWith(Failed.permanent(Reason.FORBIDDEN, "forbidden"));
            case ACT_IS_TOO_LATE -> action.failWith(new Skipped(Reason.NOT_FOUND, "gone"));
            case NOTHING -> {}
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPreviewIsRefusedExactlyWhenTheActIs(Stage stage) {
        stopAt(stage);
        String act = answer("RESPONSE_RULES", "Terminal shell in container");
        stopAt(stage);
        String preview = answer("RESPONSE_RULES", "Terminal shell in container", "RESPONSE_DRY_RUN", "true");

        assertThat(preview).isEqualTo(act.equals("acted/labelled") ? "previewed/dry-run" : act);
        assertThat(world.records()).hasSize(2);
    }
}
