package dev.falcoresponse.suspendworkload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.suspendworkload.SuspendWorkloadSettings.Threshold;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Counting alerts, with the time in the test's hand. */
final class FrequencyTest {
    private long now;
    private final Frequency frequency = new Frequency(Optional.of(new Threshold(3, Duration.ofMinutes(10))), () -> now);

    @Test
    void theThirdAlertIsEnough() {
        assertThat(frequency.tooFew("web", "a")).contains(1);
        assertThat(frequency.tooFew("web", "b")).contains(2);
        assertThat(frequency.tooFew("web", "c")).isEmpty();
    }

    @Test
    void aFurtherDeliveryDoesNotCount() {
        assertThat(frequency.tooFew("web", "a")).contains(1);
        assertThat(frequency.tooFew("web", "a")).contains(1);
    }

    @Test
    void eachWorkloadHasItsOwnCount() {
        frequency.tooFew("web", "a");
        frequency.tooFew("web", "b");

        assertThat(frequency.tooFew("db", "c")).contains(1);
    }

    @Test
    void alertsOutsideTheWindowDoNotCount() {
        frequency.tooFew("web", "a");
        frequency.tooFew("web", "b");
        now += Duration.ofMinutes(10).toNanos();

        assertThat(frequency.tooFew("web", "c")).contains(1);
    }

    @Test
    void withoutThresholdEachAlertIsEnough() {
        assertThat(new Frequency(Optional.empty(), () -> now).tooFew("web", "a"))
                .isEmpty();
    }
}
