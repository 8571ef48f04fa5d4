package dev.falcoresponse.notifyfalcosidekick;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.Priority;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An event as Falco would send it to Falcosidekick, which takes nothing else.
 *
 * @param key the same for everything that tells people the same
 * @param rule begins with {@link Notification#RULE_PREFIX}
 * @param output the sentence for people
 * @param fields shown beside the sentence; Falcosidekick expects texts
 * @param details for this function's own record
 */
record Message(
        String key,
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

    Message {
        tags = new TreeSet<>(tags);
        fields = new TreeMap<>(fields);
        details = Map.copyOf(details);
    }

    static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
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
