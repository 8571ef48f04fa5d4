package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falcoresponse.testing.FalcoRule;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds mistakes in a Trigger: a filter that delivers every event, no event, or a function's own replies. It applies
 * the filter to sample events, and looks up the names that the filter compares with.
 */
final class TriggerLint {
    private static final String ALERT = "falco.rule.output.v1";
    private static final String BROKER = "default";
    private static final String RULE = "Terminal shell in container";
    private static final List<String> OUTCOMES = List.of("acted", "previewed", "denied", "skipped");
    private static final List<String> PRIORITIES =
            List.of("Debug", "Informational", "Notice", "Warning", "Error", "Critical", "Alert", "Emergency");
    private static final List<FalcoRule> RULES = FalcoRule.all();
    private static final Set<String> COMPARISONS = Set.of("exact", "prefix", "suffix", "attributes");

    private final String subscriber;
    private final Filter filter;
    private final List<String> namedRules = new ArrayList<>();
    private final List<String> namedReasons = new ArrayList<>();
    private final List<String> sources =
            new ArrayList<>(List.of("/apis/v1/namespaces/falco-response/pingsources/example"));
    private final List<String> warnings = new ArrayList<>();

    private TriggerLint(String subscriber, Filter filter) {
        this.subscriber = subscriber;
        this.filter = filter;
    }

    /**
     * Returns one sentence for each mistake.
     *
     * @param spec the Trigger's
     * @param filter the filter that was read from the specification
     * @param actions all functions that reply to events
     */
    static List<String> check(JsonNode spec, String subscriber, Filter filter, Set<String> actions) {
        TriggerLint lint = new TriggerLint(subscriber, filter);
        lint.checkBrokerAndDelivery(spec);
        lint.checkNames(spec.path("filters").isEmpty() ? spec.path("filter") : spec.path("filters"));
        lint.applyToEvents(actions);
        return lint.warnings;
    }

    private void checkBrokerAndDelivery(JsonNode spec) {
        String broker = spec.path("broker").asText(BROKER);
        if (!broker.equals(BROKER)) {
            warnings.add("there is no broker " + broker + ", only " + BROKER + ": nothing is delivered");
        }
        JsonNode delivery = spec.path("delivery");
        if (!delivery.isMissingNode() && delivery.path("retry").asInt() == 0) {
            warnings.add("its delivery has no retry: it replaces the broker's as a whole, so nothing is retried");
        }
    }

    private void checkNames(JsonNode node) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (COMPARISONS.contains(member.getKey())) {
                boolean exact =
                        member.getKey().equals("exact") || member.getKey().equals("attributes");
                member.getValue().properties().forEach(each -> checkName(each.getKey(), each.getValue(), exact));
            } else {
                checkNames(member.getValue());
            }
        }
        if (node.isArray()) {
            node.forEach(this::checkNames);
        }
    }

    private void checkName(String attribute, JsonNode value, boolean exact) {
        String text = value.asText();
        switch (attribute) {
            case "rule" -> checkRule(text, exact);
            case "reason" -> namedReasons.add(text);
            case "source" -> {
                sources.add(text);
                if (text.equals("falco.org")) {
                    warnings.add("source falco.org is what Falcosidekick sent before 2.29; it is https://falco.org"
                            + " now, and best left out");
                }
            }
            case "type" -> {
                if (text.startsWith("falco") && !isType(text, exact)) {
                    warnings.add("no event has the type " + text + "; alerts have " + ALERT
                            + ", replies falco.response.<action>.v1, requests to undo"
                            + " falco.response.<action>.undo.v1, approvals falco.response.<action>.approved.v1");
                }
            }
            default -> {}
        }
    }

    private void checkRule(String text, boolean exact) {
        namedRules.add(text);
        if (!exact) {
            return;
        }
        RULES.stream()
                .filter(each -> each.formerly().equals(text))
                .findFirst()
                .ifPresent(each -> warnings.add(
                        "rule \"" + text + "\" is called \"" + each.name() + "\" now, so no alert has this name"));
        if (RULES.stream()
                .noneMatch(each -> each.name().equals(text) || each.formerly().equals(text))) {
            warnings.add("rule \"" + text
                    + "\" is none of Falco's own: ignore this if it is one of yours, spelt exactly" + " like this");
        }
    }

    private static boolean isType(String text, boolean exact) {
        return exact
                ? text.equals(ALERT) || text.matches("falco\\.response\\.[a-z0-9-]+(\\.undo|\\.approved)?\\.v1")
                : ALERT.startsWith(text) || text.startsWith("falco.response.") || "falco.response.".startsWith(text);
    }

    private void applyToEvents(Set<String> actions) {
        if (filter.passes(event("com.example.other", "", ""))) {
            warnings.add("it has no filter on type and rule: every event is delivered");
            return;
        }
        if (replies(subscriber).anyMatch(filter::passes)) {
            warnings.add("it delivers the replies of " + subscriber + " to itself, which would never end");
        }
        if (filter.passes(event(ALERT, "A rule that does not exist", ""))) {
            warnings.add("it has no filter on rule: alerts of every rule are delivered");
        } else if (filter.passes(event(ALERT, "Falco response: delete-pod acted", ""))) {
            warnings.add("it delivers notifications of responses, which would never end");
        }
        if (knownEvents(actions).noneMatch(filter::passes)) {
            warnings.add("it matches no known event");
        }
    }

    /** Whether the filter passes a reply of the action. */
    static boolean passesReplies(Filter filter, String action) {
        return new TriggerLint(action, filter).replies(action).anyMatch(filter::passes);
    }

    private Stream<CloudEvent> replies(String action) {
        return Stream.concat(Stream.of(RULE), namedRules.stream())
                .flatMap(rule -> OUTCOMES.stream().flatMap(outcome -> replies(action, rule, outcome)));
    }

    private Stream<CloudEvent> replies(String action, String rule, String outcome) {
        CloudEvent reply = event("falco.response." + action + ".v1", rule, outcome);
        return Stream.concat(
                Stream.of(reply),
                namedReasons.stream()
                        .map(reason -> CloudEventBuilder.v1(reply)
                                .withExtension("reason", reason)
                                .build()));
    }

    private Stream<CloudEvent> alerts() {
        return Stream.concat(RULES.stream().map(FalcoRule::name), namedRules.stream())
                .flatMap(rule -> PRIORITIES.stream().map(priority -> alert(rule, priority)));
    }

    private Stream<CloudEvent> knownEvents(Set<String> actions) {
        Stream<CloudEvent> replies = actions.stream().flatMap(this::replies);
        Stream<CloudEvent> undos =
                actions.stream().map(action -> event("falco.response." + action + ".undo.v1", "", ""));
        Stream<CloudEvent> approvals =
                actions.stream().map(action -> event("falco.response." + action + ".approved.v1", RULE, ""));
        Stream<CloudEvent> pings = sources.stream()
                .map(source -> CloudEventBuilder.v1(event("dev.knative.sources.ping", "", ""))
                        .withSource(URI.create(source))
                        .build());
        return Stream.of(alerts(), replies, undos, approvals, pings).flatMap(each -> each);
    }

    private static CloudEvent alert(String rule, String priority) {
        return CloudEventBuilder.v1(event(ALERT, rule, ""))
                .withSource(URI.create("https://falco.org"))
                .withExtension("priority", priority)
                .withExtension("eventsource", "syscall")
                .build();
    }

    private static CloudEvent event(String type, String rule, String outcome) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/falco-response"))
                .withType(type);
        Map.of("rule", rule, "outcome", outcome, "reason", reason(outcome)).forEach((name, value) -> {
            if (!value.isEmpty()) {
                event.withExtension(name, value);
            }
        });
        return event.build();
    }

    /** A reason that Triggers filter by. */
    private static String reason(String outcome) {
        return switch (outcome) {
            case "acted" -> "captured";
            case "skipped" -> "host";
            default -> "dry-run";
        };
    }
}
