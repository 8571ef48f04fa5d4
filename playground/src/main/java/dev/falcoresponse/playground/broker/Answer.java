package dev.falcoresponse.playground.broker;

import java.time.Duration;

/**
 * A function's last answer to an event.
 *
 * @param status the HTTP status; 0 when there was no answer
 * @param body the record or the problem, as text
 * @param attempts the number of deliveries
 * @param took from the first delivery to the last answer, including the pauses between them
 */
public record Answer(String trigger, String function, int status, String body, int attempts, Duration took) {
    /** Whether Knative would not deliver the event again. */
    public boolean isFinal() {
        return status != 0 && !Broker.isRetried(status);
    }

    /** Whether the function accepted the event. */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
