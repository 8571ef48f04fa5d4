package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads files of Kubernetes manifests. */
public final class Manifests {
    private static final YAMLMapper YAML = new YAMLMapper();

    private Manifests() {}

    /**
     * Returns the manifests of one kind.
     *
     * @throws IllegalArgumentException when the file cannot be read; its message names the file
     */
    public static List<JsonNode> read(Path file, String kind) {
        try {
            return parse(Files.readString(file)).stream()
                    .filter(each -> each.path("kind").asText().equals(kind))
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns all manifests of a text.
     *
     * @throws IOException when it is no YAML
     */
    public static List<JsonNode> parse(String text) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(text)) {
            return documents.readAll();
        }
    }
}
