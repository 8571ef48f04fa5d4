package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the rules of Falco mean, from {@code knative/rules.yaml}, each with the Triggers that match an alert of that rule. */
final class RuleTable {
    /** The list in which rules are said again, for alerts about a node itself. */
    static final String NODE = "node";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();

    /**
     * A rule.
     *
     * @param formerly its former name
     * @param tactic of MITRE ATT&amp;CK, as Falco tags the rule, with dashes
     * @param fires whether Falco raises it by default, else what it takes
     */
    record Row(
            String rule, Optional<String> formerly, Optional<String> tactic, String meaning, String why, String fires) {
        static Row of(JsonNode node) {
            return new Row(
                    node.path("rule").asText(),
                    text(node, "formerly"),
                    text(node, "tactic"),
                    node.path("meaning").asText(),
                    node.path("why").asText(),
                    node.path("fires").asText());
        }
    }

    private RuleTable() {}

    private static Optional<String> text(JsonNode node, String name) {
        return node.has(name) ? Optional.of(node.path(name).asText()) : Optional.empty();
    }

    /** The lists of the file by name. */
    static Map<String, List<Row>> groups(Path knative) {
        Map<String, List<Row>> groups = new TreeMap<>();
        file(knative).properties().stream()
                .filter(each -> !each.getKey().equals(NODE))
                .forEach(each -> groups.put(
                        each.getKey(),
                        each.getValue().valueStream().map(Row::of).toList()));
        return groups;
    }

    /** All rules. */
    static List<Row> rows(Path knative) {
        List<Row> rows = new ArrayList<>();
        groups(knative).values().forEach(rows::addAll);
        return rows;
    }

    /** Whether a rule is about the audit log. */
    static boolean isAudit(Path knative, String rule) {
        return groups(knative).entrySet().stream()
                .filter(group -> group.getKey().endsWith("-audit"))
                .anyMatch(group ->
                        group.getValue().stream().anyMatch(row -> row.rule().equals(rule)));
    }

    /** The whole file. */
    static JsonNode file(Path knative) {
        try {
            return YAML.readTree(knative.resolve("rules.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rules as the page shows them. */
    static ArrayNode read(Path knative, RuleBook rules) {
        ArrayNode table = JSON.createArrayNode();
        for (Row row : rows(knative)) {
            ObjectNode node = table.addObject()
                    .put("rule", row.rule())
                    .put("formerly", row.formerly().orElse(""))
                    .put("tactic", row.tactic().orElse(""))
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
