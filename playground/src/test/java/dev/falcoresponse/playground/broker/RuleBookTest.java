package dev.falcoresponse.playground.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Triggers that are shipped. */
final class RuleBookTest {
    private static final RuleBook SHIPPED = RuleBook.read(Path.of("..", "knative"), List.of());

    @ParameterizedTest
    @ValueSource(strings = {"", "evidence-first"})
    void noTriggerWouldSurpriseItsOperator(String components) {
        RuleBook book = RuleBook.read(Path.of("..", "knative"), components.isEmpty() ? List.of() : List.of(components));

        assertThat(book.triggers()).isNotEmpty();
        assertThat(book.triggers().stream()
                        .flatMap(each -> each.warnings().stream().map(warning -> each.name() + ": " + warning)))
                .isEmpty();
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
