package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.falcoresponse.playground.broker.HttpEvents;
import dev.falcoresponse.testing.RecordedAlert;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An alert, or a request to undo a response, that is sent to the broker.
 *
 * @param from its origin: a recording and how it was changed, or a file
 * @param eventId Falco's uuid, which the records repeat
 * @param before what people do before it is sent
 */
record SentAlert(String from, String eventId, CloudEvent event, Runnable before) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_OUTPUT = 2_000;

    SentAlert(String from, String eventId, CloudEvent event) {
        this(from, eventId, event, () -> {});
    }

    static SentAlert of(String from, String eventId, RecordedAlert alert) {
        return new SentAlert(
                from,
                eventId,
                HttpEvents.read(alert.headers(), alert.body().getBytes(UTF_8)).orElseThrow());
    }

    /** The same event, after people have done something. */
    SentAlert after(String story, Runnable deed) {
        return new SentAlert(from + ": " + story, eventId, event, deed);
    }

    /** Its rule; for an event without a rule, its type. */
    String title() {
        return rule().isEmpty() ? event.getType() : rule();
    }

    /** The namespace that it names; empty when it names none. */
    String namespace() {
        JsonNode data = data();
        return Stream.of(
                        data.path("output_fields").path("k8s.ns.name"),
                        data.path("output_fields").path("ka.target.namespace"),
                        data.path("namespace"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .findFirst()
                .orElse("");
    }

    /** Falco's sentence about what happened, cut to what fits on a screen; empty for other events. */
    String output() {
        String output = data().path("output").asText();
        return output.substring(0, Math.min(output.length(), MAX_OUTPUT));
    }

    private JsonNode data() {
        try {
            return JSON.readTree(Objects.requireNonNull(event.getData()).toBytes());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    String rule() {
        return Optional.ofNullable(event.getExtension("rule"))
                .map(String::valueOf)
                .orElse("");
    }
}
