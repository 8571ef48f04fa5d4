package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Previewed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.pipeline.BatchOutcome.Item;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The outcomes of one tick, summed up. */
final class BatchOutcomeTest {
    /** The worst first. */
    private static final List<Outcome> OUTCOMES = List.of(
            Failed.retryable(Reason.TIMEOUT, "m"),
            Failed.permanent(Reason.FORBIDDEN, "m"),
            new Acted(Scripted.RELEASED, "m", Map.of()),
            new Previewed("m", Map.of()),
            new Denied(Reason.SELF, "m"),
            new Skipped(Reason.NOT_FOUND, "m"));

    private static BatchOutcome batch(List<Outcome> outcomes) {
        return new BatchOutcome(outcomes.stream()
                .map(outcome -> new Item("shop/" + outcome.reason().text(), outcome))
                .toList());
    }

    @Test
    void theWorstOutcomeIsTheSummaryWhereverItStands() {
        for (int best = 1; best <= OUTCOMES.size(); best++) {
            for (int worst = 0; worst < best; worst++) {
                List<Outcome> outcomes = new ArrayList<>(OUTCOMES.subList(worst, best));
                Collections.reverse(outcomes);
                assertThat(batch(outcomes).summary(false).reason())
                        .isEqualTo(OUTCOMES.get(worst).reason());
            }
        }
    }

    @Test
    void aFailureThatAFurtherDeliveryMayMendIsRetried() {
        assertThat(((Failed) batch(OUTCOMES).summary(false)).retryable()).isTrue();
        assertThat(((Failed) batch(OUTCOMES.subList(1, 3)).summary(false)).retryable())
                .isFalse();
    }

    @Test
    void afterATickThatFailedChangesAreToldBeforeFailures() {
        assertThat(batch(OUTCOMES).summary(true).reason()).isEqualTo(Scripted.RELEASED);
        assertThat(batch(OUTCOMES.subList(0, 2)).summary(true)).isInstanceOf(Failed.class);
    }

    @Test
    void theMessageListsAll() {
        assertThat(batch(OUTCOMES.subList(1, 3)).summary(false).message())
                .isEqualTo("shop/forbidden failed/forbidden; shop/released acted/released");
    }

    @Test
    void withoutObjectsThereIsNothingToUndo() {
        assertThat(batch(List.of()).summary(false).reason()).isEqualTo(Reason.NOTHING_TO_UNDO);
    }
}
