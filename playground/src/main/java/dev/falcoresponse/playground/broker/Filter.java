package dev.falcoresponse.playground.broker;

import io.cloudevents.CloudEvent;
import io.cloudevents.sql.Expression;
import io.cloudevents.sql.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Which events a Trigger lets through. */
@FunctionalInterface
interface Filter {
    Verdict judge(CloudEvent event);

    static Filter all(List<Filter> filters) {
        return event -> filters.stream().map(each -> each.judge(event)).reduce(Verdict.NONE, Verdict::and);
    }

    static Filter any(List<Filter> filters) {
        return event -> filters.stream().map(each -> each.judge(event)).reduce(Verdict.NONE, Verdict::or);
    }

    static Filter not(Filter filter) {
        return event -> filter.judge(event).not();
    }

    /** {@code exact}, {@code prefix}, {@code suffix}: every attribute must be there and fit. */
    static Filter attributes(Map<String, String> expected, BiPredicate<String, String> fits) {
        return event -> Verdict.of(expected.entrySet().stream()
                .allMatch(each -> attribute(event, each.getKey())
                        .filter(value -> fits.test(value, each.getValue()))
                        .isPresent()));
    }

    /** The older form; an empty text stands for any value that is not empty. */
    static Filter legacy(Map<String, String> expected) {
        return attributes(expected, (value, wanted) -> wanted.isEmpty() ? !value.isEmpty() : value.equals(wanted));
    }

    /** An expression that cannot be evaluated, for example for a missing attribute, lets nothing through. */
    static Filter cesql(Expression expression) {
        return event -> {
            Result result = expression.evaluate(event);
            return Verdict.of(!result.isFailed() && Boolean.TRUE.equals(result.value()));
        };
    }

    /** An attribute or extension as text; the optional ones that Knative's SDK gives an empty text are never missing. */
    private static Optional<String> attribute(CloudEvent event, String name) {
        Object value = event.getAttributeNames().contains(name) ? event.getAttribute(name) : event.getExtension(name);
        if (value == null && Set.of("subject", "dataschema").contains(name)) {
            return Optional.of("");
        }
        return Optional.ofNullable(value).map(String::valueOf);
    }
}
