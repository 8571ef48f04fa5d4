package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import java.time.Duration;

/** Waits for what the cluster brings about after a change, and has no event for. */
public final class Polling {
    private Polling() {}

    /** Something that becomes true. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it is true by now. */
        boolean holds() throws OutcomeException;
    }

    /**
     * Asks until a condition holds.
     *
     * @param within how long at most; zero to ask once
     * @return whether it holds
     * @throws OutcomeException as failed when it could not be asked
     */
    public static boolean until(Duration within, Duration pause, Condition condition) throws OutcomeException {
        long began = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - began >= within.toNanos()) {
                return false;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new OutcomeException(Failed.retryable(Reason.UNAVAILABLE, "The function is stopping"));
            }
        }
        return true;
    }
}
