package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Turns Falco's JSON into CloudEvents, as Falcosidekick's CloudEvents output does since 2.30. */
final class Falcosidekick {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Falcosidekick() {}

    /**
     * Reads the alerts in a text: one object, an array of objects, or one object after another.
     *
     * @throws IllegalArgumentException when the text has anything else; its message says where
     */
    static List<SentAlert> alerts(String from, byte[] text) {
        List<SentAlert> alerts = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(text)) {
            boolean inArray = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    alerts.add(alert(
                            from + (alerts.isEmpty() ? "" : " #" + (alerts.size() + 1)), parser.readValueAsTree()));
                } else if (token == JsonToken.START_ARRAY && !inArray) {
                    inArray = true;
                } else if (token == JsonToken.END_ARRAY) {
                    inArray = false;
                } else {
                    JsonLocation where = parser.currentTokenLocation();
                    throw new IllegalArgumentException(
                            "%s has something other than alerts: line %d, column %d. Give Falco's JSON output: one object, an array, or one object per line"
                                    .formatted(from, where.getLineNr(), where.getColumnNr()));
                }
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s is not JSON: line %d, column %d: %s. Give Falco's JSON output: one object, an array, or one object per line"
                            .formatted(
                                    from,
                                    e.getLocation().getLineNr(),
                                    e.getLocation().getColumnNr(),
                                    e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(from + " cannot be read: " + e.getMessage(), e);
        }
        if (alerts.isEmpty()) {
            throw new IllegalArgumentException(from + " has no alert. Give Falco's JSON output");
        }
        return alerts;
    }

    private static SentAlert alert(String from, ObjectNode alert) {
        if (!alert.hasNonNull("uuid")) {
            alert.put("uuid", UUID.randomUUID().toString());
        }
        return new SentAlert(from, alert.path("uuid").asText(), event(alert));
    }

    /** An alert of a rule without any further data, to find the Triggers that match the rule. */
    static CloudEvent event(String rule) {
        return event(JSON.createObjectNode().put("rule", rule).put("source", "syscall"));
    }

    /** The same alert as another event, with an id of its own. */
    static SentAlert copy(SentAlert alert) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(
                    Objects.requireNonNull(alert.event().getData()).toBytes());
            json.remove("uuid");
            return alert(alert.from(), json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same alert with another time; one that is not JSON is returned as it is. */
    static SentAlert at(SentAlert alert, Instant time) {
        try {
            byte[] data = Objects.requireNonNull(alert.event().getData()).toBytes();
            if (!(JSON.readTree(data) instanceof ObjectNode json)) {
                return alert;
            }
            return new SentAlert(alert.from(), alert.eventId(), event(json.put("time", time.toString())));
        } catch (IOException e) {
            return alert;
        }
    }

    private static CloudEvent event(ObjectNode alert) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(UUID.randomUUID().toString())
                .withSource(URI.create("https://falco.org"))
                .withType("falco.rule.output.v1")
                .withData("application/json", alert.toString().getBytes(UTF_8));
        time(alert.path("time").asText()).ifPresent(event::withTime);
        Map.of("priority", "priority", "rule", "rule", "eventsource", "source", "hostname", "hostname")
                .forEach((extension, member) -> {
                    if (alert.hasNonNull(member)) {
                        event.withExtension(
                                extension, Terminal.oneLine(alert.path(member).asText()));
                    }
                });
        return event.build();
    }

    private static Optional<OffsetDateTime> time(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
