package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** The rules that the first Trigger of a file names. */
final class TriggerRules {
    private static final YAMLMapper YAML = new YAMLMapper();

    private TriggerRules() {}

    /** In alphabetical order. */
    static List<String> of(Path file) {
        try {
            JsonNode trigger = YAML.readTree(file.toFile());
            return trigger.path("spec")
                    .path("filters")
                    .valueStream()
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
