package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Triggers of a folder: {@code base/broker.yaml}, and a {@code trigger.yaml} in each action's own folder. */
public record RuleBook(List<Trigger> triggers) {
    public RuleBook {
        triggers = List.copyOf(triggers);
    }

    /**
     * Reads them.
     *
     * @param components names of those in its folder {@code components} that are added
     * @throws IllegalArgumentException when a file cannot be read or understood; its message names the file
     */
    public static RuleBook read(Path knative, List<String> components) {
        Delivery broker = Manifests.of(knative.resolve("base").resolve("broker.yaml"), "Broker").stream()
                .map(each -> Delivery.read(each.path("spec").path("delivery"), Delivery.DEFAULT))
                .findFirst()
                .orElse(Delivery.DEFAULT);
        List<JsonNode> manifests = new ArrayList<>();
        triggerFiles(knative).forEach(file -> manifests.addAll(Manifests.of(file, "Trigger")));
        if (manifests.isEmpty()) {
            throw new IllegalArgumentException("There is no Trigger in any " + knative + "/*/trigger.yaml");
        }
        List<JsonNode> all = manifests;
        for (String component : components) {
            all = Component.read(knative.resolve("components").resolve(component))
                    .apply(all);
        }
        return new RuleBook(all.stream().map(each -> trigger(each, broker)).toList()).withCircles();
    }

    /** Those that the event is delivered to. */
    public List<Trigger> wanting(CloudEvent event) {
        return triggers.stream().filter(each -> each.wants(event)).toList();
    }

    /** Two actions that answer each other's replies would never end; each Trigger of such a circle says so. */
    private RuleBook withCircles() {
        Set<String> actions = triggers.stream().map(Trigger::subscriber).collect(Collectors.toSet());
        return new RuleBook(triggers.stream()
                .map(each -> actions.stream()
                                .filter(sender -> Lint.takesReplies(each.filter(), sender))
                                .anyMatch(sender -> !sender.equals(each.subscriber())
                                        && answers(each.subscriber(), new HashSet<>())
                                                .contains(sender))
                        ? each.warned(
                                "replies go round in a circle: what " + each.subscriber() + " answers comes back to it")
                        : each)
                .toList());
    }

    /** Who answers, directly or through others, what this action replies. */
    private Set<String> answers(String action, Set<String> seen) {
        for (Trigger each : triggers) {
            if (Lint.takesReplies(each.filter(), action) && seen.add(each.subscriber())) {
                answers(each.subscriber(), seen);
            }
        }
        return seen;
    }

    private static Trigger trigger(JsonNode manifest, Delivery broker) {
        JsonNode spec = manifest.path("spec");
        String name = manifest.path("metadata").path("name").asText();
        FilterReader reader = new FilterReader();
        try {
            String subscriber = spec.path("subscriber").path("ref").path("name").asText();
            Filter filter = reader.read(spec);
            List<String> warnings = new ArrayList<>(reader.warnings());
            warnings.addAll(Lint.of(spec, subscriber, filter));
            return new Trigger(
                    name,
                    subscriber,
                    filter,
                    Delivery.read(spec.path("delivery"), broker),
                    spec.path("filters").isEmpty() ? spec.path("filter") : spec.path("filters"),
                    warnings);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Trigger " + name + ": " + e.getMessage(), e);
        }
    }

    private static List<Path> triggerFiles(Path knative) {
        try (Stream<Path> folders = Files.list(knative)) {
            return folders.map(folder -> folder.resolve("trigger.yaml"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(knative + " cannot be read: " + e.getMessage(), e);
        }
    }
}
