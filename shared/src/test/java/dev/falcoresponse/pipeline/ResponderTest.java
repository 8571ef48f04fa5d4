package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.record.SampleRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way of an alert through the pipeline, and what it leaves behind. */
final class ResponderTest {
    @RegisterExtension
    final World world = new World();

    private final Scripted action = new Scripted();
    private final SampleAlert alert = SampleAlert.about("shop", "web-0")
            .field("k8s.pod.uid", "as-the-alert-gives-it")
            .field("container.name", "app")
            .field("container.id", "9f3c1d2e4b5a");

    private static SampleAlert about(String pod) {
        return SampleAlert.about("shop", pod);
    }

    // the record

    @Test
    void theRecordSaysWhatTheAlertSaidAndWhatWasFound() {
        ResponseRecord record = world.responder(action).answer(alert.event());

        assertThat(record)
                .isEqualTo(SampleRecord.of("label-pod")
                        .with("reason", "labelled")
                        .with("message", "Labelled web-0")
                        .with("eventId", "0b7d3d0e-5c1f-4f0b-9a61-0d1c6a4f7a01")
                        .with("targetUid", "uid-web-0")
                        .with("podUid", "uid-web-0")
                        .with("identity", "uid")
                        .with("owner", "Job/x")
                        .with("startedAt", "2026-11-26T07:00:01.123456789Z")
                        .with("finishedAt", "2026-11-26T07:00:01.123456789Z")
                        .with("timing", record.timing())
                        .details(Map.of("key", "value"))
                        .read());
    }

    @Test
    void everyStepThatWasTakenIsTimed() {
        assertThat(world.responder(action).answer(alert.event()).timing())
                .containsOnlyKeys("read", "find", "guards", "act");

        action.alertGuards.add(_ -> Optional.of(new Denied(Reason.OTHER_CLUSTER, "no")));
        assertThat(world.responder(action).answer(alert.event()).timing()).containsOnlyKeys("read");
    }

    @Test
    void whatWasNotFoundLeavesTheAlertsOwnWords() {
        action.alertGuards.add(_ -> Optional.of(new Denied(Reason.OTHER_CLUSTER, "no")));
        ResponseRecord record = world.responder(action).answer(alert.event());

        assertThat(record.pod()).contains("web-0");
        assertThat(record.podUid()).contains("as-the-alert-gives-it");
        assertThat(record.targetName()).isEmpty();
        assertThat(record.identity()).isEmpty();
    }

    @Test
    void theEvidenceOfAnotherActionIsCarriedOn() {
        var reply = SampleAlert.event(
                "falco.response.snapshot.v1", SampleRecord.of("snapshot").json());

        assertThat(world.responder(action).answer(reply).details())
                .containsEntry("evidence", "file:///evidence/1")
                .containsEntry("key", "value");
    }

    @Test
    void oneEventLeavesOneOfEachBehind() throws InterruptedException {
        world.responder(action).answer(alert.event());

        assertThat(world.records()).hasSize(1);
        assertThat(world.count("label-pod", "acted", "labelled")).isEqualTo(1);
        assertThat(world.timed("label-pod", "acted")).isEqualTo(1);
        assertThat(world.kubernetesEvents()).hasSize(1);
        assertThat(world.kubernetesEvents().getFirst().body())
                .contains(
                        "\"type\":\"Warning\"", "\"uid\":\"uid-web-0\"", "falco-response/label-pod", "Labelled web-0");
    }

    @Test
    void aFailureLeavesOneOfEachBehindToo() throws InterruptedException {
        action.failWith(Failed.retryable(Reason.TIMEOUT, "too slow"));

        assertThat(World.answer(world.responder(action), alert)).isEqualTo("failed/timeout");
        assertThat(world.records()).hasSize(1);
        assertThat(world.count("label-pod", "failed", "timeout")).isEqualTo(1);
        assertThat(world.kubernetesEvents()).hasSize(1);
    }

    @Test
    void withoutAnObjectThereIsNoKubernetesEvent() throws InterruptedException {
        action.alertGuards.add(_ -> Optional.of(new Denied(Reason.OTHER_CLUSTER, "no")));
        world.responder(action).answer(alert.event());

        assertThat(world.records()).hasSize(1);
        assertThat(world.kubernetesEvents()).isEmpty();
    }

    @Test
    void theCountersExistFromTheStart() {
        world.responder(action);

        assertThat(world.count("label-pod", "skipped", "recently-handled")).isZero();
        assertThat(world.count("label-pod", "rejected", "unreadable")).isZero();
    }

    // refusals

    @ParameterizedTest
    @CsvSource({"true,failed/timeout", "false,failed/forbidden"})
    void aFailureIsNoReply(boolean retryable, String answer) {
        action.failWith(
                retryable ? Failed.retryable(Reason.TIMEOUT, "why") : Failed.permanent(Reason.FORBIDDEN, "why"));
        EventResponder responder = world.responder(action);

        assertThatThrownBy(() -> responder.answer(alert.event())).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.isRecorded()).isTrue();
            assertThat(e).hasMessage("why").hasNoCause();
            assertThat(e.getStackTrace()).isEmpty();
        });
        assertThat(world.lastRecord().outcome() + "/" + world.lastRecord().reason())
                .isEqualTo(answer);
    }

    @Test
    void whatCannotBeReadIsRejectedAndRecorded() {
        EventResponder responder = world.responder(action);

        assertThatThrownBy(() -> responder.answer(SampleAlert.event(FalcoAlerts.TYPE, "{")))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.outcome())
                                .isInstanceOfSatisfying(
                                        Rejected.class,
                                        rejected ->
                                                assertThat(rejected.status()).isEqualTo(400)));
        assertThat(world.records()).hasSize(1);
        assertThat(world.count("label-pod", "rejected", "unreadable")).isEqualTo(1);
    }

    @Test
    void aRefusalBeforeThePipelineIsRecordedOnce() {
        world.responder(action).recordRefusal(new Rejected(401, Reason.UNAUTHENTICATED, "no token"));

        assertThat(world.records()).hasSize(1);
        assertThat(world.count("label-pod", "rejected", "unauthenticated")).isEqualTo(1);
    }

    // unexpected errors

    @Test
    void anUnexpectedErrorOfTheReaderIsAFailureThatMayPass() {
        EventReader broken = _ -> {
            throw new IllegalStateException("bug");
        };

        assertThat(World.answer(world.responder(action, broken), alert)).isEqualTo("failed/unavailable");
        assertThat(world.records()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"alert", "find", "guard", "act"})
    void anUnexpectedErrorOfAStepIsAFailureThatMayPass(String step) {
        breakAt(step);
        EventResponder responder = world.responder(action);

        assertThatThrownBy(() -> responder.answer(alert.event())).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.outcome().reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(((Failed) e.outcome()).retryable()).isTrue();
            assertThat(e).hasMessage("Unexpected error: IllegalStateException");
        });
        assertThat(world.records()).hasSize(1);
    }

    private void breakAt(String step) {
        switch (step) {
            case "alert" -> action.alertGuards.add(_ -> Optional.of(bug()));
            case "find" -> action.finds.add(() -> new Missing<>(bug()));
            case "guard" -> action.guards.add(_ -> Optional.of(bug()));
            default -> action.acts.add(() -> new Change(bug().reason(), "", Map.of()));
        }
    }

    private static Outcome bug() {
        throw new IllegalStateException("bug");
    }

    // dry run

    @Test
    void aPreviewIsTheActionsOwnDryRun() {
        ResponseRecord record =
                world.responder(action, "RESPONSE_DRY_RUN", "true").answer(alert.event());

        assertThat(action.calls).containsExactly("find CACHED", "act DRY");
        assertThat(record.outcome()).isEqualTo("previewed");
        assertThat(record.message()).isEqualTo("Would label web-0");
        assertThat(record.details()).containsEntry("key", "value");
        assertThat(record.dryRun()).isTrue();
    }

    @Test
    void previewsSpendNoBudgetAndStartNoCooldown() {
        EventResponder responder = world.responder(action, "RESPONSE_DRY_RUN", "true", "RESPONSE_BUDGET", "1/1m");

        for (int i = 0; i < 3; i++) {
            assertThat(World.answer(responder, about("web-0"))).isEqualTo("previewed/dry-run");
            assertThat(World.answer(responder, about("web-" + i))).isEqualTo("previewed/dry-run");
        }
    }

    // limits

    @Test
    void anObjectRestsForTheCooldown() {
        EventResponder responder = world.responder(action, "RESPONSE_COOLDOWN", "30s");
        World.answer(responder, alert);

        world.pass(Duration.ofSeconds(29));
        assertThat(World.answer(responder, alert)).isEqualTo("skipped/recently-handled");
        world.pass(Duration.ofSeconds(1));
        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void aFailedAttemptCostsNothing() {
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        action.failWith(Failed.retryable(Reason.UNAVAILABLE, "away"));
        World.answer(responder, alert);

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }

    @Test
    void anAttemptThatMayHaveSucceededCostsBudget() {
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        action.failWith(new Failed(Reason.TIMEOUT, "no answer", true, Optional.empty(), true, Map.of()));

        assertThat(World.answer(responder, about("web-0"))).isEqualTo("failed/timeout");
        assertThat(World.answer(responder, about("web-1"))).isEqualTo("denied/budget");
    }

    @Test
    void readingIsLimitedToo() {
        action.effect = Effect.READ;
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        World.answer(responder, about("web-0"));

        assertThat(World.answer(responder, about("web-1"))).isEqualTo("denied/budget");
    }

    @Test
    void tellingPeopleIsNotLimited() {
        action.effect = Effect.NOTIFY;
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");

        for (int i = 0; i < 3; i++) {
            assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
        }
    }

    @Test
    void theBudgetSaysWhatIsSpent() {
        EventResponder responder = world.responder(action, "RESPONSE_BUDGET", "1/1m");
        World.answer(responder, about("web-0"));
        World.answer(responder, about("web-1"));

        assertThat(world.lastRecord().message()).isEqualTo("RESPONSE_BUDGET of 1 in 1m is spent");
    }

    // conflicts

    private static Outcome conflict() {
        return Failed.retryable(Reason.CONFLICT, "it was changed");
    }

    @Test
    void afterAConflictTheObjectIsReadFromTheStore() {
        action.failWith(conflict(), conflict());

        assertThat(World.answer(world.responder(action), alert)).isEqualTo("acted/labelled");
        assertThat(action.calls)
                .containsExactly("find CACHED", "act REAL", "find QUORUM", "act REAL", "find QUORUM", "act REAL");
        assertThat(world.records()).hasSize(1);
    }

    @Test
    void afterAConflictTheGuardsDecideAgain() {
        action.failWith(conflict());
        action.guards.add(_ -> action.calls.contains("act REAL")
                ? Optional.of(new Denied(Reason.EXEMPT, "labelled meanwhile"))
                : Optional.empty());

        assertThat(World.answer(world.responder(action), alert)).isEqualTo("denied/exempt");
    }

    @Test
    void aPreviewMeetsConflictsLikeTheAct() {
        action.failWith(conflict());

        assertThat(World.answer(world.responder(action, "RESPONSE_DRY_RUN", "true"), alert))
                .isEqualTo("previewed/dry-run");
        assertThat(action.calls).containsExactly("find CACHED", "act DRY", "find QUORUM", "act DRY");
    }

    @Test
    void whoeverLosesFiveTimesLeavesItToTheBroker() {
        action.failWith(conflict(), conflict(), conflict(), conflict(), conflict());
        EventResponder responder = world.responder(action);

        assertThat(World.answer(responder, alert)).isEqualTo("failed/conflict");
        assertThat(action.calls).hasSize(10);
        assertThat(world.records()).hasSize(1);
        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
    }
}
