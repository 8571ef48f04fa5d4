package dev.falcoresponse.notifyfalcosidekick;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.Priority;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** An event that no function answered, or whose answer was lost. Brokers do not always say why. */
record DeadLetter(Alert event, InstantSource clock) {
    private static final String OUTCOME = "undelivered";
    private static final JsonMapper JSON = new JsonMapper();

    /** How much of an event is shown, in characters. */
    private static final int SHOWN = 1024;

    Message message() {
        String data = new String(event.event().data(), UTF_8);
        Fields fields = new Fields(event, "", OUTCOME);
        fields.put("response.event_type", event.event().attribute("type"));
        fields.putWhole("response.data", data.length() > SHOWN ? data.substring(0, SHOWN) : data);
        Map<String, Object> details = new HashMap<>();
        Map.of("knativeerrorcode", code(), "knativeerrordest", destination(), "knativeerrordata", answer())
                .forEach((name, value) -> {
                    fields.put(name, value);
                    details.put(name, value);
                });
        // this may be the last copy: whoever reads the log can send it again
        details.put("data", data);
        return new Message(
                event.event().identity() + " " + OUTCOME,
                "",
                Notification.RULE_PREFIX + OUTCOME,
                Priority.CRITICAL,
                sentence(),
                clock.instant(),
                event.hostname(),
                Fields.tags(event, "", OUTCOME),
                fields.values(),
                details);
    }

    private String sentence() {
        String about = "\"%s\" (event %s)"
                .formatted(event.rule().isEmpty() ? event.event().attribute("type") : event.rule(), event.id());
        if (!destination().isEmpty() && !isFunction(destination())) {
            return "%s was answered, but the answer could not be handed on: %s said %s %s"
                    .formatted(about, destination(), code(), answer());
        }
        return destination().isEmpty() && code().isEmpty()
                ? "No answer to " + about + "; the broker does not say why"
                : "No answer to %s: %s said %s %s"
                        .formatted(about, destination().isEmpty() ? "nobody" : destination(), code(), answer());
    }

    /** A function is addressed by its host alone, a broker by a path. */
    private static boolean isFunction(String destination) {
        try {
            String path = URI.create(destination).getPath();
            return path == null || path.isEmpty() || path.equals("/");
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private String code() {
        return event.event().attribute("knativeerrorcode");
    }

    private String destination() {
        return event.event().attribute("knativeerrordest");
    }

    /** The function's answer, which Knative encodes; of a problem, its sentence. */
    private String answer() {
        String encoded = event.event().attribute("knativeerrordata");
        String text;
        try {
            text = new String(Base64.getDecoder().decode(encoded), UTF_8);
        } catch (IllegalArgumentException e) {
            text = encoded;
        }
        try {
            text = JSON.readTree(text).path("detail").asText(text);
        } catch (IOException e) {
            // no problem+json
        }
        return Message.cut(text);
    }
}
