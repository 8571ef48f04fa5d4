package dev.falcoresponse.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits until a condition holds. */
public final class Waiting {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private Waiting() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @throws IllegalStateException if it does not hold before the timeout
     */
    public static void until(String what, Duration timeout, BooleanSupplier condition) {
        Instant end = Instant.now().plus(timeout);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("Timed out waiting for " + what);
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }
}
