package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;

/**
 * The delivery settings of a Trigger.
 *
 * @param retries deliveries after the first
 * @param backoffDelay doubled with each retry when exponential, else multiplied
 * @param deadLetterSink the name of the sink; empty when undelivered events are lost
 */
record Delivery(int retries, boolean exponential, Duration backoffDelay, Duration timeout, String deadLetterSink) {
    /** Stands for no timeout. */
    private static final Duration NO_TIMEOUT = Duration.ofMinutes(15);

    /** A broker's delivery without settings. */
    static final Delivery DEFAULT = new Delivery(10, true, Duration.ofMillis(200), NO_TIMEOUT, "");

    /** One delivery, whose answer is what is wanted. */
    static final Delivery ONCE = new Delivery(0, false, Duration.ZERO, Duration.ofSeconds(30), "");

    /** A Trigger's delivery replaces its broker's as a whole; only the dead letter sink is inherited. */
    static Delivery read(JsonNode delivery, Delivery broker) {
        if (delivery.isMissingNode()) {
            return broker;
        }
        JsonNode sink = delivery.path("deadLetterSink");
        String name = sink.path("ref").path("name").asText(sink.path("uri").asText(""));
        return new Delivery(
                delivery.path("retry").asInt(0),
                delivery.path("backoffPolicy").asText("").equals("exponential"),
                duration(delivery, "backoffDelay", Duration.ZERO),
                duration(delivery, "timeout", NO_TIMEOUT),
                name.isEmpty() ? broker.deadLetterSink() : name);
    }

    /** The pause before a retry; the first retry is number 0. */
    Duration pause(int retry) {
        return backoffDelay.multipliedBy(exponential ? 1L << retry : retry + 1);
    }

    private static Duration duration(JsonNode delivery, String name, Duration defaultValue) {
        JsonNode text = delivery.path(name);
        try {
            return text.isMissingNode() ? defaultValue : Duration.parse(text.asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "delivery." + name + " is \"" + text.asText() + "\", which is not a duration such as PT1S", e);
        }
    }
}
