package dev.falcoresponse.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions instead of sleeping. */
public final class Waiting {
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Waiting() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @throws IllegalStateException when it does not in time
     */
    public static void until(String what, Duration patience, BooleanSupplier condition) {
        Instant end = Instant.now().plus(patience);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("Waited in vain for " + what);
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }
}
