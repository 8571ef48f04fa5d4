package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.playground.broker.HttpEvents;
import dev.falcoresponse.testing.RecordedAlert;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An alert on its way to the broker.
 *
 * @param from where it came from: a recording and what was done to it, or a file
 * @param eventId Falco's uuid, by which the records name it
 */
record SentAlert(String from, String eventId, CloudEvent event) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static SentAlert of(String from, String eventId, RecordedAlert alert) {
        return new SentAlert(
                from,
                eventId,
                HttpEvents.read(alert.headers(), alert.body().getBytes(UTF_8)).orElseThrow());
    }

    /** What an alert is about in a few words: its rule, or what kind of event it is. */
    String title() {
        return rule().isEmpty() ? event.getType() : rule();
    }

    /** The namespace that it is about, as far as it says; empty when it does not. */
    String namespace() {
        try {
            JsonNode data =
                    JSON.readTree(Objects.requireNonNull(event.getData()).toBytes());
            return Stream.of(
                            data.path("output_fields").path("k8s.ns.name"),
                            data.path("output_fields").path("ka.target.namespace"),
                            data.path("namespace"))
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::asText)
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    String rule() {
        return Optional.ofNullable(event.getExtension("rule"))
                .map(String::valueOf)
                .orElse("");
    }
}
