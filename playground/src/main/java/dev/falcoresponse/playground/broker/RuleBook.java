package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Triggers of a folder: {@code base/broker.yaml}, and {@code trigger.yaml} and {@code trigger-*.yaml} in the folders that
 * {@code base/kustomization.yaml} lists.
 */
public record RuleBook(List<Trigger> triggers) {
    public RuleBook {
        triggers = List.copyOf(triggers);
    }

    /**
     * Reads the Triggers.
     *
     * @param components names of the folders in {@code components} to apply
     * @throws IllegalArgumentException when a file cannot be read or is not valid; its message says which
     */
    public static RuleBook read(Path knative, List<String> components) {
        Delivery broker = Manifests.read(knative.resolve("base").resolve("broker.yaml"), "Broker").stream()
                .map(each -> Delivery.read(each.path("spec").path("delivery"), Delivery.DEFAULT))
                .findFirst()
                .orElse(Delivery.DEFAULT);
        List<JsonNode> manifests = new ArrayList<>();
        triggerFiles(knative).forEach(file -> manifests.addAll(Manifests.read(file, "Trigger")));
        if (manifests.isEmpty()) {
            throw new IllegalArgumentException("There is no Trigger in any " + knative + "/*/trigger.yaml");
        }
        List<JsonNode> all = manifests;
        for (String component : components) {
            all = Component.read(knative.resolve("components").resolve(component))
                    .apply(all);
        }
        Set<String> actions = all.stream().map(RuleBook::subscriber).collect(Collectors.toSet());
        return new RuleBook(
                        all.stream().map(each -> trigger(each, broker, actions)).toList())
                .withLoopWarnings();
    }

    /** One Trigger that leads every alert of Falco to a function, and nothing else. */
    public static RuleBook alertsTo(String function) {
        return new RuleBook(List.of(new Trigger(
                "what-if",
                function,
                Filter.attributes(Map.of("type", "falco.rule.output.v1"), String::equals),
                Delivery.ONCE,
                MissingNode.getInstance(),
                List.of())));
    }

    /** The Triggers that deliver the event. */
    public List<Trigger> matching(CloudEvent event) {
        return triggers.stream().filter(each -> each.filter().passes(event)).toList();
    }

    /** Actions that answer each other's replies would never end: each Trigger of such a loop gets a warning. */
    private RuleBook withLoopWarnings() {
        Set<String> actions = triggers.stream().map(Trigger::subscriber).collect(Collectors.toSet());
        return new RuleBook(triggers.stream()
                .map(each -> actions.stream()
                                .filter(sender -> TriggerLint.passesReplies(each.filter(), sender))
                                .anyMatch(sender -> !sender.equals(each.subscriber())
                                        && receivers(each.subscriber(), new HashSet<>())
                                                .contains(sender))
                        ? each.withWarning(
                                "replies form a loop: what " + each.subscriber() + " answers comes back to it")
                        : each)
                .toList());
    }

    /** The actions that receive the replies of this action, directly or through other actions. */
    private Set<String> receivers(String action, Set<String> found) {
        for (Trigger each : triggers) {
            if (TriggerLint.passesReplies(each.filter(), action) && found.add(each.subscriber())) {
                receivers(each.subscriber(), found);
            }
        }
        return found;
    }

    private static String subscriber(JsonNode manifest) {
        return manifest.at("/spec/subscriber/ref/name").asText();
    }

    private static Trigger trigger(JsonNode manifest, Delivery broker, Set<String> actions) {
        JsonNode spec = manifest.path("spec");
        String name = manifest.path("metadata").path("name").asText();
        FilterReader reader = new FilterReader();
        try {
            String subscriber = subscriber(manifest);
            Filter filter = reader.read(spec);
            List<String> warnings = new ArrayList<>(reader.warnings());
            warnings.addAll(TriggerLint.check(spec, subscriber, filter, actions));
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

    private static boolean isTriggerFile(Path file) {
        return file.getFileName().toString().matches("trigger(-[a-z-]+)?\\.yaml");
    }

    static List<Path> triggerFiles(Path knative) {
        Predicate<Path> isInstalled = installed(knative.resolve("base"));
        try (Stream<Path> files = Files.find(knative, 2, (file, _) -> isTriggerFile(file))) {
            return files.filter(isInstalled).sorted().toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(knative + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Other folders belong to components. Where nothing is listed, all count. */
    private static Predicate<Path> installed(Path base) {
        Path list = base.resolve("kustomization.yaml");
        if (!Files.exists(list)) {
            return _ -> true;
        }
        Set<Path> folders = Manifests.read(list, "Kustomization")
                .getFirst()
                .path("resources")
                .valueStream()
                .map(each -> base.resolve(each.asText()).normalize())
                .collect(Collectors.toSet());
        return file -> folders.contains(file.resolveSibling("").normalize());
    }
}
