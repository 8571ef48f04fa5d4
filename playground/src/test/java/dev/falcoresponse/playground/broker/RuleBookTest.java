package dev.falcoresponse.playground.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Triggers that are shipped. */
final class RuleBookTest {
    private static final RuleBook SHIPPED = RuleBook.read(Path.of("..", "knative"), List.of());

    @Test
    void everyTriggerHasAFilterThatCounts() {
        assertThat(SHIPPED.triggers())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.warnings()).isEmpty());
    }

    @Test
    void everyTriggerHasACompleteDelivery() {
        assertThat(SHIPPED.triggers()).extracting(Trigger::delivery).allSatisfy(delivery -> {
            assertThat(delivery.retries()).isPositive();
            assertThat(delivery.exponential()).isTrue();
            assertThat(delivery.backoffDelay()).isPositive();
            assertThat(delivery.timeout()).isLessThanOrEqualTo(Duration.ofMinutes(2));
            assertThat(delivery.deadLetterSink()).isNotEmpty();
        });
    }
}
