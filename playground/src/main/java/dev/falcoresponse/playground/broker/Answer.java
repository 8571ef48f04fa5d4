package dev.falcoresponse.playground.broker;

import java.time.Duration;

/**
 * What a function answered last.
 *
 * @param status the HTTP status; 0 when there was no answer
 * @param body the record or the problem, as text
 * @param attempts how often the event was delivered
 * @param timing the function's own {@code Server-Timing}; empty when it tells none
 * @param took from the first delivery to the last answer, pauses between them included
 */
public record Answer(
        String trigger, String function, int status, String body, int attempts, String timing, Duration took) {
    /** Whether the function has dealt with the event for good: Knative would not deliver it again. */
    public boolean isFinal() {
        return status != 0 && !Broker.isRepeated(status);
    }

    /** Whether the function took the event. */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
