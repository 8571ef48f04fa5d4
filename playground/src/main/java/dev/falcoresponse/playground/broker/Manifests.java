package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads files of Kubernetes manifests. */
final class Manifests {
    private static final YAMLMapper YAML = new YAMLMapper();

    private Manifests() {}

    /**
     * Returns the manifests of one kind.
     *
     * @throws IllegalArgumentException when the file cannot be read; its message names the file
     */
    static List<JsonNode> read(Path file, String kind) {
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
