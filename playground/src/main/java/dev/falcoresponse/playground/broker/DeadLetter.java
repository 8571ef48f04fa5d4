package dev.falcoresponse.playground.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.util.Arrays;
import java.util.Base64;

/**
 * An event that could not be delivered, with what Knative tells the dead letter sink about it.
 *
 * @param sink the name of the sink; empty when there is none and the event is lost
 * @param code the status of the last delivery, {@code knativeerrorcode}; 0 without an answer
 * @param destination the function that did not accept it, {@code knativeerrordest}
 * @param data the answer, {@code knativeerrordata} before it is encoded
 */
public record DeadLetter(String trigger, String sink, String eventId, int code, String destination, String data) {
    /** Knative keeps this many bytes of the answer. */
    private static final int MAX_DATA_BYTES = 1024;

    /** The event as the sink receives it. */
    CloudEvent applyTo(CloudEvent event) {
        byte[] answer = data.getBytes(UTF_8);
        return CloudEventBuilder.v1(event)
                .withExtension("knativeerrorcode", code)
                .withExtension("knativeerrordest", "http://" + destination)
                .withExtension(
                        "knativeerrordata",
                        Base64.getEncoder()
                                .encodeToString(Arrays.copyOf(answer, Math.min(answer.length, MAX_DATA_BYTES))))
                .build();
    }
}
