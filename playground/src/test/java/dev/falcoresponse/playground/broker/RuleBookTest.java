package dev.falcoresponse.playground.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Triggers in knative/. */
final class RuleBookTest {
    private static final RuleBook SHIPPED = RuleBook.read(Path.of("..", "knative"), List.of());

    @ParameterizedTest
    @ValueSource(strings = {"", "evidence-first"})
    void noTriggerHasAWarning(String components) {
        RuleBook book = RuleBook.read(Path.of("..", "knative"), components.isEmpty() ? List.of() : List.of(components));

        assertThat(book.triggers()).isNotEmpty();
        assertThat(book.triggers().stream()
                        .flatMap(each -> each.warnings().stream().map(warning -> each.name() + ": " + warning)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "falco.response.isolate-network.undo.v1, /operator",
        "dev.knative.sources.ping, /apis/v1/namespaces/falco-response/pingsources/isolate-network-clock"
    })
    void requestsToUndoAndTheClockReachIsolateNetworkOnly(String type, URI source) {
        CloudEvent event = CloudEventBuilder.v1()
                .withId("1")
                .withSource(source)
                .withType(type)
                .build();

        assertThat(SHIPPED.matching(event)).extracting(Trigger::subscriber).containsExactly("isolate-network");
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
