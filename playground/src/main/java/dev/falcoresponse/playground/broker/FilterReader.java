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

    /** Filters that Knative ignores: they are reported and not corrected, because the real broker ignores them too. */
    private final List<String> warnings = new ArrayList<>();

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** If {@code filters} is not empty, {@code filter} is ignored; without either, every event passes. */
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
            return _ -> FilterResult.NO_FILTER;
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
            throw new IllegalArgumentException(path + " has several dialects; write one per entry");
        }
        if (node.isEmpty()) {
            warnings.add(path + " is empty and is ignored");
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
                        path + " is not a dialect; there are exact, prefix, suffix, all, any, not, cesql");
        };
    }

    /** Knative ignores a filter with an empty value, so it stops no event. */
    private Optional<Filter> compare(JsonNode node, String path, BiPredicate<String, String> matches) {
        Map<String, String> expected = texts(node, path);
        if (expected.isEmpty() || expected.containsValue("")) {
            warnings.add(path + " has an empty value and is ignored");
            return Optional.empty();
        }
        return Optional.of(Filter.attributes(expected, matches));
    }

    private static Filter cesql(String expression, String path) {
        try {
            return Filter.cesql(Parser.getDefault().parse(expression));
        } catch (ParseException e) {
            throw new IllegalArgumentException(path + " is not an expression: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> texts(JsonNode node, String path) {
        Map<String, String> texts = new TreeMap<>();
        node.properties().forEach(each -> {
            if (!ATTRIBUTE.matcher(each.getKey()).matches()) {
                throw new IllegalArgumentException(path + "." + each.getKey()
                        + " is not an attribute name: it may have lower-case letters and digits only");
            }
            texts.put(each.getKey(), each.getValue().asText());
        });
        return texts;
    }
}
