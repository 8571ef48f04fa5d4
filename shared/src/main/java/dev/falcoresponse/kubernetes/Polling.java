package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import java.time.Duration;
import java.util.function.Predicate;

/** Waits for what the cluster brings about after a change, and has no event for. */
public final class Polling {
    private Polling() {}

    /** Asks the cluster. */
    @FunctionalInterface
    public interface Source<T> {
        /** What is so by now. */
        T ask() throws OutcomeException;
    }

    /**
     * Asks until the answer is the expected one.
     *
     * @param within how long at most; zero to ask once
     * @return the last answer
     * @throws OutcomeException as failed when it could not be asked
     */
    public static <T> T until(Duration within, Duration pause, Source<T> source, Predicate<T> expected)
            throws OutcomeException {
        long began = System.nanoTime();
        T answer = source.ask();
        while (!expected.test(answer) && System.nanoTime() - began < within.toNanos()) {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new OutcomeException(Failed.retryable(Reason.UNAVAILABLE, "The function is stopping"));
            }
            answer = source.ask();
        }
        return answer;
    }
}
