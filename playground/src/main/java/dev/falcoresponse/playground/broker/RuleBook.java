package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Triggers of a folder: {@code broker.yaml}, and a {@code trigger.yaml} in each action's own folder. */
public record RuleBook(List<Trigger> triggers) {
    private static final YAMLMapper YAML = new YAMLMapper();

    public RuleBook {
        triggers = List.copyOf(triggers);
    }

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when a file cannot be read or understood; its message names the file
     */
    public static RuleBook read(Path knative) {
        Delivery broker = manifests(knative.resolve("broker.yaml"), "Broker").stream()
                .map(each -> Delivery.read(each.path("spec").path("delivery"), Delivery.DEFAULT))
                .findFirst()
                .orElse(Delivery.DEFAULT);
        List<Trigger> triggers = new ArrayList<>();
        for (Path file : triggerFiles(knative)) {
            for (JsonNode manifest : manifests(file, "Trigger")) {
                triggers.add(trigger(manifest, broker, file));
            }
        }
        if (triggers.isEmpty()) {
            throw new IllegalArgumentException("There is no Trigger in any " + knative + "/*/trigger.yaml");
        }
        return new RuleBook(triggers);
    }

    private static Trigger trigger(JsonNode manifest, Delivery broker, Path file) {
        JsonNode spec = manifest.path("spec");
        FilterReader reader = new FilterReader();
        try {
            return new Trigger(
                    manifest.path("metadata").path("name").asText(),
                    spec.path("subscriber").path("ref").path("name").asText(),
                    reader.read(spec),
                    Delivery.read(spec.path("delivery"), broker),
                    reader.warnings());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
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

    private static List<JsonNode> manifests(Path file, String kind) {
        List<JsonNode> found = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
            documents.forEachRemaining(each -> {
                if (each.path("kind").asText().equals(kind)) {
                    found.add(each);
                }
            });
            return found;
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
