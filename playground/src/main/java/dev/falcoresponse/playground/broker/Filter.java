package dev.falcoresponse.playground.broker;

import io.cloudevents.CloudEvent;
import io.cloudevents.sql.Expression;
import io.cloudevents.sql.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Decides which events a Trigger delivers. */
@FunctionalInterface
interface Filter {
    FilterResult apply(CloudEvent event);

    /** Whether the event would be delivered. */
    default boolean passes(CloudEvent event) {
        return apply(event) != FilterResult.FAIL;
    }

    static Filter all(List<Filter> filters) {
        return event ->
                filters.stream().map(each -> each.apply(event)).reduce(FilterResult.NO_FILTER, FilterResult::and);
    }

    static Filter any(List<Filter> filters) {
        return event ->
                filters.stream().map(each -> each.apply(event)).reduce(FilterResult.NO_FILTER, FilterResult::or);
    }

    static Filter not(Filter filter) {
        return event -> filter.apply(event).not();
    }

    /** {@code exact}, {@code prefix}, {@code suffix}: every attribute must exist and match. */
    static Filter attributes(Map<String, String> expected, BiPredicate<String, String> matches) {
        return event -> FilterResult.of(expected.entrySet().stream()
                .allMatch(each -> attribute(event, each.getKey())
                        .filter(value -> matches.test(value, each.getValue()))
                        .isPresent()));
    }

    /** The older form, in which an empty text stands for any value that is not empty. */
    static Filter legacy(Map<String, String> expected) {
        return attributes(
                expected, (value, required) -> required.isEmpty() ? !value.isEmpty() : value.equals(required));
    }

    /** An expression that cannot be evaluated, for example because an attribute is missing, fails. */
    static Filter cesql(Expression expression) {
        return event -> {
            Result result = expression.evaluate(event);
            return FilterResult.of(!result.isFailed() && Boolean.TRUE.equals(result.value()));
        };
    }

    /** An attribute or extension as text. Knative's SDK reads a missing optional attribute as an empty text. */
    private static Optional<String> attribute(CloudEvent event, String name) {
        Object value = event.getAttributeNames().contains(name) ? event.getAttribute(name) : event.getExtension(name);
        if (value == null && Set.of("subject", "dataschema").contains(name)) {
            return Optional.of("");
        }
        return Optional.ofNullable(value).map(String::valueOf);
    }
}
