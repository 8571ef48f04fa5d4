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
 * What a Trigger's filter would do that nobody wants: deliver everything, nothing, or answers to whoever gave them. It is
 * found by asking the filter about events, and by looking at the names that it compares with.
 */
final class Lint {
    private static final String ALERT = "falco.rule.output.v1";
    private static final String BROKER = "default";
    private static final String UNDO = "release-pod";
    private static final String RULE = "Terminal shell in container";
    private static final List<String> OUTCOMES = List.of("acted", "previewed", "denied", "skipped");
    private static final List<String> PRIORITIES =
            List.of("Debug", "Informational", "Notice", "Warning", "Error", "Critical", "Alert", "Emergency");
    private static final List<FalcoRule> RULES = FalcoRule.all();
    private static final Set<String> COMPARISONS = Set.of("exact", "prefix", "suffix", "attributes");

    private final String subscriber;
    private final Filter filter;
    private final List<String> named = new ArrayList<>();
    private final List<String> sources =
            new ArrayList<>(List.of("/apis/v1/namespaces/falco-response/pingsources/release-expired"));
    private final List<String> sentences = new ArrayList<>();

    private Lint(String subscriber, Filter filter) {
        this.subscriber = subscriber;
        this.filter = filter;
    }

    /**
     * What is wrong, a sentence each.
     *
     * @param spec the Trigger's
     * @param filter what was read of it
     */
    static List<String> of(JsonNode spec, String subscriber, Filter filter) {
        Lint lint = new Lint(subscriber, filter);
        lint.lookAtTheRest(spec);
        lint.lookAtNames(spec.path("filters").isEmpty() ? spec.path("filter") : spec.path("filters"));
        lint.askAboutEvents();
        return lint.sentences;
    }

    private void lookAtTheRest(JsonNode spec) {
        String broker = spec.path("broker").asText(BROKER);
        if (!broker.equals(BROKER)) {
            sentences.add("there is no broker " + broker + ", only " + BROKER + ": nothing is delivered");
        }
        JsonNode delivery = spec.path("delivery");
        if (!delivery.isMissingNode() && delivery.path("retry").asInt() == 0) {
            sentences.add("its delivery has no retry: it replaces the broker's as a whole, so nothing is repeated");
        }
    }

    private void lookAtNames(JsonNode node) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (COMPARISONS.contains(member.getKey())) {
                boolean whole =
                        member.getKey().equals("exact") || member.getKey().equals("attributes");
                member.getValue().properties().forEach(each -> lookAt(each.getKey(), each.getValue(), whole));
            } else {
                lookAtNames(member.getValue());
            }
        }
        if (node.isArray()) {
            node.forEach(this::lookAtNames);
        }
    }

    private void lookAt(String attribute, JsonNode value, boolean whole) {
        String text = value.asText();
        switch (attribute) {
            case "rule" -> lookAtRule(text, whole);
            case "source" -> {
                sources.add(text);
                if (text.equals("falco.org")) {
                    sentences.add("source falco.org is what Falcosidekick sent before 2.29; it is https://falco.org"
                            + " now, and best left out");
                }
            }
            case "type" -> {
                if (text.startsWith("falco") && !isType(text, whole)) {
                    sentences.add("no event has the type " + text + "; alerts have " + ALERT
                            + ", replies falco.response.<action>.v1");
                }
            }
            default -> {}
        }
    }

    private void lookAtRule(String text, boolean whole) {
        named.add(text);
        if (!whole) {
            return;
        }
        RULES.stream()
                .filter(each -> each.formerly().equals(text))
                .findFirst()
                .ifPresent(each ->
                        sentences.add("rule \"" + text + "\" is called \"" + each.name() + "\" now, and never comes"));
        if (RULES.stream()
                .noneMatch(each -> each.name().equals(text) || each.formerly().equals(text))) {
            sentences.add(
                    "rule \"" + text + "\" is none of Falco's own: well if it is one of yours, spelt just like that");
        }
    }

    private static boolean isType(String text, boolean whole) {
        return whole
                ? text.equals(ALERT) || text.matches("falco\\.response\\.[a-z0-9-]+\\.v1")
                : ALERT.startsWith(text) || text.startsWith("falco.response.") || "falco.response.".startsWith(text);
    }

    private void askAboutEvents() {
        if (passes(event("com.example.other", "", ""))) {
            sentences.add("it has no filter on type and rule: every event is delivered");
            return;
        }
        if (own().anyMatch(this::passes)) {
            sentences.add("it takes the replies of " + subscriber + " itself: they would go round in circles");
        }
        if (passes(event(ALERT, "A rule that nobody has", ""))) {
            sentences.add("it has no filter on rule: alerts of every rule are delivered");
        } else if (passes(event(ALERT, "Falco response: delete-pod acted", ""))) {
            sentences.add("it takes what tells people of a response: that would go round in circles");
        }
        if (subscriber.equals(UNDO) && alerts().anyMatch(this::passes)) {
            sentences.add(UNDO + " undoes whatever reaches it: an alert would release its pod");
        }
        if (everything().noneMatch(this::passes)) {
            sentences.add("it matches none of the events that there are");
        }
    }

    private Stream<CloudEvent> own() {
        return replies(subscriber);
    }

    private Stream<CloudEvent> replies(String action) {
        return Stream.concat(Stream.of(RULE), named.stream())
                .flatMap(rule ->
                        OUTCOMES.stream().map(outcome -> event("falco.response." + action + ".v1", rule, outcome)));
    }

    private Stream<CloudEvent> alerts() {
        return Stream.concat(RULES.stream().map(FalcoRule::name), named.stream())
                .flatMap(rule -> PRIORITIES.stream().map(priority -> alert(rule, priority)));
    }

    /** Whether it takes the replies of that action. */
    static boolean takesReplies(Filter filter, String action) {
        return new Lint(action, filter).own().anyMatch(each -> filter.judge(each) != Verdict.FAIL);
    }

    private Stream<CloudEvent> everything() {
        Stream<CloudEvent> replies = Stream.of("delete-pod", "isolate-network", "snapshot-logs", "release-pod")
                .flatMap(this::replies);
        Stream<CloudEvent> pings = sources.stream()
                .map(source -> CloudEventBuilder.v1(event("dev.knative.sources.ping", "", ""))
                        .withSource(URI.create(source))
                        .build());
        Stream<CloudEvent> requests = Stream.of(event("falco.response.release-requested.v1", "", ""));
        return Stream.of(alerts(), replies, pings, requests).flatMap(each -> each);
    }

    private boolean passes(CloudEvent event) {
        return filter.judge(event) != Verdict.FAIL;
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
        Map.of("rule", rule, "outcome", outcome, "reason", outcome.equals("acted") ? "captured" : "dry-run")
                .forEach((name, value) -> {
                    if (!value.isEmpty()) {
                        event.withExtension(name, value);
                    }
                });
        return event.build();
    }
}
