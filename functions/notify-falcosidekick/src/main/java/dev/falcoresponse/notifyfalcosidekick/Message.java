package dev.falcoresponse.notifyfalcosidekick;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.Priority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An event as Falco would send it to Falcosidekick, which takes nothing else: a rule that is ours, a priority, a sentence,
 * and fields that are texts.
 *
 * @param output the sentence for people
 * @param fields what Falcosidekick's outputs show beside it; values are texts, as its handler expects of some
 * @param details what the record of this function keeps
 */
record Message(
        String rule,
        Priority priority,
        String output,
        Instant time,
        String hostname,
        TreeSet<String> tags,
        Map<String, String> fields,
        Map<String, Object> details) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Longer texts are not worth reading in a chat, and Falcosidekick itself cuts them there. */
    private static final int LONGEST = 512;

    /** What people are told about an event: a reply, or a dead letter. */
    static Message about(Alert event) {
        return event.attributes().containsKey("knativeerrorcode") && !isLate(event) ? undelivered(event) : reply(event);
    }

    /** A reply that could not be told at first: the broker's dead letter sink is this function too. */
    private static boolean isLate(Alert event) {
        return event.attributes().getOrDefault("knativeerrordest", "").contains("//notify-falcosidekick.")
                && event.type().startsWith("falco.response.")
                && isRecord(event.body());
    }

    private static boolean isRecord(byte[] body) {
        try {
            return tree(body).path("action").isTextual();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static Message reply(Alert event) {
        JsonNode done = tree(event.body());
        String action = done.path("action").asText();
        String outcome = done.path("outcome").asText();
        TreeMap<String, String> fields = about(event, action, outcome);
        put(fields, "response.reason", done.path("reason").asText(""));
        put(fields, "response.dry_run", done.path("dryRun").asText(""));
        put(fields, "response.node", done.path("node").asText(""));
        put(fields, "response.owner", done.path("owner").asText(""));
        if (!done.path("details").isEmpty()) {
            put(fields, "response.details", done.path("details").toString());
        }
        String message = cut(done.path("message").asText(""));
        return new Message(
                Notification.RULE + action + " " + outcome,
                switch (outcome) {
                    case "acted" -> Priority.WARNING;
                    case "previewed", "denied" -> Priority.NOTICE;
                    case "skipped" -> Priority.INFORMATIONAL;
                    default -> throw new IllegalArgumentException("There is no reply to " + outcome);
                },
                "%s (%s %s%s)".formatted(message, action, outcome, event.rule().isEmpty() ? "" : ": " + event.rule()),
                time(done.path("finishedAt").asText()),
                event.hostname(),
                tags(event, action, outcome),
                fields,
                new TreeMap<>());
    }

    private static Message undelivered(Alert event) {
        Map<String, String> attributes = event.attributes();
        String code = attributes.getOrDefault("knativeerrorcode", "");
        String destination = attributes.getOrDefault("knativeerrordest", "");
        String answer = answer(attributes.getOrDefault("knativeerrordata", ""));
        TreeMap<String, String> fields = about(event, "", "undelivered");
        put(fields, "response.event_type", event.type());
        put(fields, "knativeerrorcode", code);
        put(fields, "knativeerrordest", destination);
        put(fields, "knativeerrordata", answer);
        TreeMap<String, Object> details = new TreeMap<>(
                Map.of("knativeerrorcode", code, "knativeerrordest", destination, "knativeerrordata", answer));
        // the last copy that there is: who reads the log can send it again
        details.put("data", new String(event.body(), UTF_8));
        return new Message(
                Notification.RULE + "undelivered",
                Priority.CRITICAL,
                "No answer to \"%s\" (event %s): %s said %s %s"
                        .formatted(
                                event.rule().isEmpty() ? event.type() : event.rule(),
                                event.eventId(),
                                destination.isEmpty() ? "nobody" : destination,
                                code,
                                answer),
                Instant.now(),
                event.hostname(),
                tags(event, "", "undelivered"),
                fields,
                details);
    }

    private static TreeMap<String, String> about(Alert event, String action, String outcome) {
        TreeMap<String, String> fields = new TreeMap<>();
        put(fields, "response.action", action);
        put(fields, "response.outcome", outcome);
        put(fields, "response.rule", event.rule());
        put(fields, "response.priority", event.priority());
        put(fields, "response.event_id", event.eventId());
        put(fields, "response.event_time", event.time().toString());
        put(fields, "k8s.ns.name", event.pod().namespace());
        put(fields, "k8s.pod.name", event.pod().name());
        put(fields, "k8s.pod.uid", event.pod().uid());
        put(fields, "container.name", event.pod().container());
        put(fields, "container.id", event.pod().containerId());
        return fields;
    }

    private static TreeSet<String> tags(Alert event, String action, String outcome) {
        TreeSet<String> tags = new TreeSet<>(event.tags());
        tags.add(Notification.SOURCE);
        tags.add(outcome);
        if (!action.isEmpty()) {
            tags.add(action);
        }
        return tags;
    }

    private static void put(Map<String, String> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.put(name, cut(value));
        }
    }

    /** What the function answered, which Knative encodes; the sentence of a problem is enough. */
    private static String answer(String encoded) {
        String text = encoded;
        try {
            text = new String(Base64.getDecoder().decode(encoded), UTF_8);
            text = tree(text.getBytes(UTF_8)).path("detail").asText(text);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            // neither base64 nor a problem: as it is
        }
        return cut(text);
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.now();
        }
    }

    String summary() {
        return rule + " (" + priority.text() + ")";
    }

    /** As Falcosidekick reads it. */
    byte[] json() {
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("output", output)
                .put("priority", priority.text())
                .put("rule", rule)
                .put("time", time.toString())
                .put("source", Notification.SOURCE);
        if (!hostname.isEmpty()) {
            event.put("hostname", hostname);
        }
        event.set("tags", JSON.valueToTree(tags));
        event.set("output_fields", JSON.valueToTree(fields));
        return event.toString().getBytes(UTF_8);
    }
}
