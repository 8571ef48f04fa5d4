package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rows of {@code knative/RULES.md}, and beside each what the Triggers really do with an alert of that rule. */
final class RuleTable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| ([^|]+?)(?: \\(formerly `([^`]+)`\\))? \\| ([^|]+) \\| (`[a-z-]+`|nothing) \\| ([^|]+) \\| ([^|]+) \\|$");

    private RuleTable() {}

    /** Reads it. */
    static ArrayNode read(Path knative, RuleBook rules) {
        ArrayNode table = JSON.createArrayNode();
        Matcher row = ROW.matcher(text(knative.resolve("RULES.md")));
        while (row.find()) {
            ObjectNode node = table.addObject()
                    .put("rule", row.group(1).strip())
                    .put("formerly", row.group(2) == null ? "" : row.group(2))
                    .put("meaning", row.group(3).strip())
                    .put("why", row.group(5).strip())
                    .put("fires", row.group(6).strip());
            matches(node, rules);
        }
        return table;
    }

    private static void matches(ObjectNode row, RuleBook rules) {
        String rule = row.path("rule").asText();
        CloudEvent alert = Falcosidekick.event(rule);
        ArrayNode triggers = row.putArray("triggers");
        rules.triggers().stream().filter(each -> each.wants(alert)).forEach(each -> triggers.add(trigger(each, rule)));
    }

    private static ObjectNode trigger(Trigger trigger, String rule) {
        return JSON.createObjectNode()
                .put("trigger", trigger.name())
                .put("function", trigger.subscriber())
                .put("filter", about(trigger.written(), rule).toString());
    }

    /** The part of a filter that names the rule; all of it when none does. */
    private static JsonNode about(JsonNode filter, String rule) {
        for (JsonNode part : filter) {
            if (part.isContainerNode()
                    && part.toString()
                            .contains(JSON.getNodeFactory().textNode(rule).toString())) {
                return part.path("rule").isTextual() ? filter : about(part, rule);
            }
        }
        return filter;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
