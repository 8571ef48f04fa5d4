package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.ClusterChanges.Change;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.DeadLetter;
import dev.falcoresponse.playground.broker.EventTrace;
import io.cloudevents.CloudEventData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest events and their answers, newest first. */
final class History {
    private static final int MAX_ENTRIES = 5_000;
    /** The limit for all entries together, because alerts can be large. */
    private static final long MAX_CHARACTERS = 32_000_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** An entry, and the alert that it is about. */
    private record Kept(ObjectNode entry, SentAlert alert, int characters) {
        static Kept of(ObjectNode entry, SentAlert alert) {
            CloudEventData data = alert.event().getData();
            return new Kept(entry, alert, entry.toString().length() + (data == null ? 0 : data.toBytes().length));
        }
    }

    private final Deque<Kept> entries = new ArrayDeque<>();
    private int nextId = 1;
    private long characters;

    /** Adds an event and returns its entry. */
    synchronized ObjectNode add(SentAlert alert, Instant at, Duration took, EventTrace trace, List<Change> changes) {
        ObjectNode entry = JSON.createObjectNode()
                .put("id", nextId++)
                .put("at", at.toString())
                .put(
                        "brokerMillis",
                        took.toNanos() / 1e6
                                - trace.answers().stream()
                                        .mapToDouble(each -> each.took().toNanos() / 1e6)
                                        .sum())
                .put("title", alert.title())
                .put("rule", alert.rule())
                .put("namespace", alert.namespace())
                .put("eventId", alert.eventId())
                .put("from", alert.from())
                .put("output", alert.output());
        trace.triggers().forEach(entry.putArray("triggers")::add);
        ArrayNode answers = entry.putArray("answers");
        trace.answers().forEach(each -> answers.add(answer(each)));
        ArrayNode letters = entry.putArray("deadLetters");
        trace.deadLetters().forEach(each -> letters.add(letter(each)));
        ArrayNode changed = entry.putArray("changes");
        changes.forEach(each -> changed.add(each.toString()));
        ArrayNode diffs = entry.putArray("diffs");
        changes.forEach(each -> diffs.add(String.join("\n", each.diff())));
        Kept kept = Kept.of(entry, alert);
        entries.addFirst(kept);
        characters += kept.characters();
        while (entries.size() > MAX_ENTRIES || (characters > MAX_CHARACTERS && entries.size() > 1)) {
            characters -= entries.removeLast().characters();
        }
        return entry;
    }

    static ObjectNode answer(Answer answer) {
        ObjectNode node = JSON.createObjectNode()
                .put("trigger", answer.trigger())
                .put("function", answer.function())
                .put("status", answer.status())
                .put("attempts", answer.attempts())
                .put("millis", answer.took().toNanos() / 1e6);
        node.set("record", read(answer.body()));
        return node;
    }

    private static ObjectNode letter(DeadLetter letter) {
        ObjectNode node = JSON.createObjectNode()
                .put("trigger", letter.trigger())
                .put("sink", letter.sink())
                .put("eventId", letter.eventId())
                .put("knativeerrorcode", letter.code())
                .put("knativeerrordest", letter.destination());
        node.set("knativeerrordata", read(letter.data()));
        return node;
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    /** The entries after the one with this id, newest first. */
    synchronized ArrayNode since(int id) {
        ArrayNode newer = JSON.createArrayNode();
        for (Kept each : entries) {
            if (each.entry().path("id").asInt() <= id) {
                break;
            }
            newer.add(each.entry());
        }
        return newer;
    }

    /** The alerts of a rule, newest first. */
    synchronized List<SentAlert> alertsOf(String rule) {
        return entries.stream()
                .map(Kept::alert)
                .filter(alert -> alert.rule().equals(rule))
                .toList();
    }
}
