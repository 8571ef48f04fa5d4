package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The rules that the Triggers of a file name. */
final class TriggerRules {
    private static final YAMLMapper YAML = new YAMLMapper();

    private TriggerRules() {}

    /** In alphabetical order. */
    static List<String> of(Path file) {
        try {
            MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(file.toFile());
            return documents.readAll().stream()
                    .filter(each -> each.path("kind").asText().equals("Trigger"))
                    .flatMap(trigger -> trigger.at("/spec/filters").valueStream())
                    .flatMap(filter -> filter.path("any").valueStream())
                    .map(each -> each.at("/exact/rule").asText())
                    .filter(rule -> !rule.isEmpty())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
