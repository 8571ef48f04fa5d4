package dev.falcoresponse.playground.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.util.Arrays;
import java.util.Base64;

/**
 * An event at the end of its line, with what Knative tells the sink about it.
 *
 * @param sink the name of the sink; empty: there is none, and the event is lost
 * @param code the status of the last delivery, {@code knativeerrorcode}; 0 without an answer
 * @param destination where it could not be delivered, {@code knativeerrordest}
 * @param data the answer, {@code knativeerrordata} before it is encoded
 */
public record DeadLetter(String trigger, String sink, String eventId, int code, String destination, String data) {
    /** As much of the answer as Knative keeps. */
    private static final int KEPT = 1024;

    /** The event as the sink gets it. */
    CloudEvent on(CloudEvent event) {
        byte[] answer = data.getBytes(UTF_8);
        return CloudEventBuilder.v1(event)
                .withExtension("knativeerrorcode", code)
                .withExtension("knativeerrordest", "http://" + destination)
                .withExtension(
                        "knativeerrordata",
                        Base64.getEncoder().encodeToString(Arrays.copyOf(answer, Math.min(answer.length, KEPT))))
                .build();
    }
}
