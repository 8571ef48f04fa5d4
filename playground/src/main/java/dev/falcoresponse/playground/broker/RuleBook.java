package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        return new RuleBook(all.stream().map(each -> trigger(each, broker)).toList());
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
            return new Trigger(name, subscriber, filter, Delivery.read(spec.path("delivery"), broker), warnings);
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
