package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.sql.ParseException;
import io.cloudevents.sql.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/** Reads the filters of a Trigger's specification. */
final class FilterReader {
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z][a-z0-9]*");

    /** What would be delivered although nobody wants it: said, not mended, as the real broker would deliver it too. */
    private final List<String> warnings = new ArrayList<>();

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** {@code filters}, when there are any, counts alone; without either, everything passes. */
    Filter read(JsonNode spec) {
        List<Filter> filters = list(spec.path("filters"), "filters");
        if (!spec.path("filters").isEmpty()) {
            if (filters.isEmpty()) {
                warnings.add("no filter is valid, so every event is delivered");
            }
            return Filter.all(filters);
        }
        JsonNode attributes = spec.path("filter").path("attributes");
        if (attributes.isEmpty()) {
            warnings.add("it has no filter, so every event is delivered");
            return _ -> Verdict.NONE;
        }
        return Filter.legacy(texts(attributes, "filter.attributes"));
    }

    private List<Filter> list(JsonNode nodes, String path) {
        List<Filter> filters = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            one(nodes.get(i), path + "[" + i + "]").ifPresent(filters::add);
        }
        return filters;
    }

    private Optional<Filter> one(JsonNode node, String path) {
        if (node.size() > 1) {
            throw new IllegalArgumentException(path + " has several dialects; write one an entry");
        }
        if (node.isEmpty()) {
            warnings.add(path + " is empty and does not count");
            return Optional.empty();
        }
        String dialect = node.fieldNames().next();
        return dialect(dialect, node.path(dialect), path + "." + dialect);
    }

    private Optional<Filter> dialect(String dialect, JsonNode node, String path) {
        return switch (dialect) {
            case "exact" -> compare(node, path, String::equals);
            case "prefix" -> compare(node, path, String::startsWith);
            case "suffix" -> compare(node, path, String::endsWith);
            case "all" -> Optional.of(Filter.all(list(node, path)));
            case "any" -> Optional.of(Filter.any(list(node, path)));
            case "not" -> one(node, path).map(Filter::not);
            case "cesql" -> Optional.of(cesql(node.asText(), path));
            default ->
                throw new IllegalArgumentException(
                        path + " is no dialect; there are exact, prefix, suffix, all, any, not, cesql");
        };
    }

    /** Knative skips a filter with an empty value, and one that is skipped stops nothing. */
    private Optional<Filter> compare(JsonNode node, String path, BiPredicate<String, String> fits) {
        Map<String, String> expected = texts(node, path);
        if (expected.isEmpty() || expected.containsValue("")) {
            warnings.add(path + " has an empty value and does not count");
            return Optional.empty();
        }
        return Optional.of(Filter.attributes(expected, fits));
    }

    private static Filter cesql(String expression, String path) {
        try {
            return Filter.cesql(Parser.getDefault().parse(expression));
        } catch (ParseException e) {
            throw new IllegalArgumentException(path + " is no expression: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> texts(JsonNode node, String path) {
        Map<String, String> texts = new TreeMap<>();
        node.properties().forEach(each -> {
            if (!ATTRIBUTE.matcher(each.getKey()).matches()) {
                throw new IllegalArgumentException(
                        path + "." + each.getKey() + " is no attribute: lower-case letters and digits only");
            }
            texts.put(each.getKey(), each.getValue().asText());
        });
        return texts;
    }
}
