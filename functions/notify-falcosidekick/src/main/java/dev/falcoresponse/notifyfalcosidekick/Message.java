package dev.falcoresponse.notifyfalcosidekick;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.Priority;
import dev.falcoresponse.event.Texts;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An event as Falco would send it to Falcosidekick, which takes nothing else.
 *
 * @param key the same for everything that tells people the same
 * @param incident the same for the answers of all actions to one alert; empty when it is told alone
 * @param rule begins with {@link Notification#RULE_PREFIX}
 * @param output the sentence for people
 * @param fields shown beside the sentence; Falcosidekick expects texts
 * @param details for this function's own record
 */
record Message(
        String key,
        String incident,
        String rule,
        Priority priority,
        String output,
        Instant time,
        String hostname,
        SortedSet<String> tags,
        SortedMap<String, String> fields,
        Map<String, Object> details) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Falcosidekick itself cuts longer texts. */
    private static final int MAX_TEXT = 512;

    /** Some outputs of Falcosidekick, as PagerDuty, refuse more than 1,024 characters. */
    private static final int MAX_OUTPUT = 960;

    Message {
        tags = new TreeSet<>(tags);
        fields = new TreeMap<>(fields);
        details = Map.copyOf(details);
    }

    /**
     * One message that tells what several tell: the most severe first, the latest time. Where they have different values of a
     * field, it has all of them.
     *
     * @param messages of one incident, at least one
     */
    static Message together(List<Message> messages) {
        if (messages.size() == 1) {
            return messages.getFirst();
        }
        List<Message> sorted = messages.stream()
                .sorted(Comparator.comparing(Message::priority).reversed().thenComparing(Message::rule))
                .toList();
        Message first = sorted.getFirst();
        SortedSet<String> tags = new TreeSet<>();
        SortedMap<String, String> fields = new TreeMap<>();
        for (Message message : sorted) {
            tags.addAll(message.tags);
            message.fields
                    .keySet()
                    .forEach(name -> fields.computeIfAbsent(
                            name, _ -> joined(sorted, ", ", each -> each.fields.getOrDefault(name, ""))));
        }
        return new Message(
                first.key,
                first.incident,
                Notification.RULE_PREFIX
                        + joined(sorted, ", ", each -> each.rule.substring(Notification.RULE_PREFIX.length())),
                first.priority,
                joined(sorted, "; ", each -> Texts.shortened(each.output, MAX_OUTPUT / sorted.size())),
                sorted.stream()
                        .map(Message::time)
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                first.hostname,
                tags,
                fields,
                first.details);
    }

    /** The different texts of the messages, without empty ones. */
    private static String joined(List<Message> messages, String separator, Function<Message, String> text) {
        return messages.stream()
                .map(text)
                .filter(each -> !each.isEmpty())
                .distinct()
                .collect(Collectors.joining(separator));
    }

    static String cut(String text) {
        return Texts.shortened(text, MAX_TEXT);
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
