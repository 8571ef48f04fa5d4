package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The rows of {@code knative/RULES.md}, each with the Triggers that really match an alert of that rule. */
final class RuleTable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| ([^|]+?)(?: \\(formerly `([^`]+)`\\))? \\| ([^|]+) \\| (`[a-z-]+`(?:, `[a-z-]+`)*|nothing) \\| ([^|]{8,}) \\|"
                    + " (yes|no, [a-z, ]+) \\|$");

    /** A row; {@code formerly} (the rule's former name) and {@code responses} are empty when there is none. */
    record Row(String rule, String formerly, String meaning, List<String> responses, String why, String fires) {
        private static Row of(MatchResult cells) {
            List<String> responses = Pattern.compile("`([a-z-]+)`")
                    .matcher(text(cells, 4))
                    .results()
                    .map(each -> each.group(1))
                    .toList();
            return new Row(text(cells, 1), text(cells, 2), text(cells, 3), responses, text(cells, 5), text(cells, 6));
        }

        private static String text(MatchResult cells, int group) {
            String text = cells.group(group);
            return text == null ? "" : text;
        }
    }

    private RuleTable() {}

    /** The rows of the file. */
    static List<Row> rows(Path knative) {
        return MarkdownTable.rows(knative.resolve("RULES.md"), ROW).stream()
                .map(Row::of)
                .toList();
    }

    /** The rows as the page shows them. */
    static ArrayNode read(Path knative, RuleBook rules) {
        ArrayNode table = JSON.createArrayNode();
        for (Row row : rows(knative)) {
            ObjectNode node = table.addObject()
                    .put("rule", row.rule())
                    .put("formerly", row.formerly())
                    .put("meaning", row.meaning())
                    .put("why", row.why())
                    .put("fires", row.fires());
            ArrayNode triggers = node.putArray("triggers");
            rules.matching(Falcosidekick.event(row.rule())).forEach(each -> triggers.add(trigger(each, row.rule())));
        }
        return table;
    }

    private static ObjectNode trigger(Trigger trigger, String rule) {
        return JSON.createObjectNode()
                .put("trigger", trigger.name())
                .put("function", trigger.subscriber())
                .put("filter", partNaming(rule, trigger.filterSpec()).toString());
    }

    /** The part of a filter that names the rule; the whole filter when no part does. */
    private static JsonNode partNaming(String rule, JsonNode filter) {
        for (JsonNode part : filter) {
            if (part.isContainerNode()
                    && part.toString()
                            .contains(JSON.getNodeFactory().textNode(rule).toString())) {
                return part.path("rule").isTextual() ? filter : partNaming(rule, part);
            }
        }
        return filter;
    }
}
