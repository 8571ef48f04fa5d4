package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.zjsonpatch.JsonPatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A kustomize component, as far as it is about Triggers: more of them, JSON patches, fields copied to others. */
final class Component {
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Path folder;
    private final JsonNode kustomization;

    private Component(Path folder, JsonNode kustomization) {
        this.folder = folder;
        this.kustomization = kustomization;
    }

    /** Reads its {@code kustomization.yaml}. */
    static Component read(Path folder) {
        return new Component(
                folder,
                Manifests.of(folder.resolve("kustomization.yaml"), "Component").getFirst());
    }

    /** The Triggers as they are with it. */
    List<JsonNode> apply(List<JsonNode> triggers) {
        List<JsonNode> all = new ArrayList<>(triggers);
        for (JsonNode resource : kustomization.path("resources")) {
            all.addAll(Manifests.of(folder.resolve(resource.asText()), "Trigger"));
        }
        for (JsonNode patch : kustomization.path("patches")) {
            JsonNode target = patch.path("target");
            all.replaceAll(each -> fits(target, each) ? JsonPatch.apply(operations(patch), each) : each);
        }
        for (JsonNode replacement : kustomization.path("replacements")) {
            replace(replacement, all);
        }
        return all;
    }

    private static boolean fits(JsonNode selector, JsonNode trigger) {
        return selector.path("kind").asText().equals("Trigger")
                && selector.path("name").asText().equals(name(trigger));
    }

    private static String name(JsonNode trigger) {
        return trigger.path("metadata").path("name").asText();
    }

    private JsonNode operations(JsonNode patch) {
        try {
            return YAML.readTree(patch.path("patch").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(folder + ": a patch is no YAML: " + e.getMessage(), e);
        }
    }

    private void replace(JsonNode replacement, List<JsonNode> triggers) {
        JsonNode source = replacement.path("source");
        JsonNode value = triggers.stream()
                .filter(each -> fits(source, each))
                .findFirst()
                .map(each -> each.at(pointer(source.path("fieldPath").asText())))
                .orElseThrow(() -> new IllegalArgumentException(
                        folder + ": there is no Trigger " + source.path("name").asText()));
        for (JsonNode target : replacement.path("targets")) {
            for (JsonNode field : target.path("fieldPaths")) {
                ArrayNode put = YAML.createArrayNode();
                ObjectNode operation = put.addObject();
                operation
                        .put("op", "replace")
                        .put("path", pointer(field.asText()))
                        .set("value", value);
                triggers.replaceAll(each -> fits(target.path("select"), each) ? JsonPatch.apply(put, each) : each);
            }
        }
    }

    private static String pointer(String fieldPath) {
        return "/" + fieldPath.replace('.', '/');
    }
}
