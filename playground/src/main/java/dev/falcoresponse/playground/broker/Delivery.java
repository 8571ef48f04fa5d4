package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;

/**
 * How often and how patiently an event is delivered.
 *
 * @param retries deliveries after the first
 * @param backoffDelay doubled each time when exponential, else multiplied
 * @param deadLetterSink where to in the end; empty: the event is lost
 */
record Delivery(int retries, boolean exponential, Duration backoffDelay, Duration timeout, String deadLetterSink) {
    /** What a broker does that was told nothing; nobody waits longer than this here. */
    private static final Duration NO_TIMEOUT = Duration.ofMinutes(15);

    static final Delivery DEFAULT = new Delivery(10, true, Duration.ofMillis(200), NO_TIMEOUT, "");

    /** A Trigger's delivery replaces its broker's as a whole; only the dead letter sink is taken over. */
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

    /** The pause before the retry of that number, the first being 0. */
    Duration pause(int retry) {
        return backoffDelay.multipliedBy(exponential ? 1L << retry : retry + 1);
    }

    private static Duration duration(JsonNode delivery, String name, Duration otherwise) {
        JsonNode text = delivery.path(name);
        try {
            return text.isMissingNode() ? otherwise : Duration.parse(text.asText());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "delivery." + name + " is \"" + text.asText() + "\", no duration such as PT1S", e);
        }
    }
}
