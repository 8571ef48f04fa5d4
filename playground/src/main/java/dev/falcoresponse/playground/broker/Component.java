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

/** The part of a kustomize component that concerns Triggers: resources, JSON patches, replacements. */
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
                Manifests.read(folder.resolve("kustomization.yaml"), "Component")
                        .getFirst());
    }

    /** The Triggers after the component has been applied to them. */
    List<JsonNode> apply(List<JsonNode> triggers) {
        List<JsonNode> all = new ArrayList<>(triggers);
        for (JsonNode resource : kustomization.path("resources")) {
            all.addAll(Manifests.read(folder.resolve(resource.asText()), "Trigger"));
        }
        for (JsonNode patch : kustomization.path("patches")) {
            JsonNode target = patch.path("target");
            all.replaceAll(each -> matches(target, each) ? JsonPatch.apply(operations(patch), each) : each);
        }
        for (JsonNode replacement : kustomization.path("replacements")) {
            replace(replacement, all);
        }
        return all;
    }

    private static boolean matches(JsonNode selector, JsonNode trigger) {
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
            throw new IllegalArgumentException(folder + ": a patch is not YAML: " + e.getMessage(), e);
        }
    }

    private void replace(JsonNode replacement, List<JsonNode> triggers) {
        JsonNode source = replacement.path("source");
        JsonNode value = triggers.stream()
                .filter(each -> matches(source, each))
                .findFirst()
                .map(each -> each.at(pointer(source.path("fieldPath").asText())))
                .orElseThrow(() -> new IllegalArgumentException(
                        folder + ": there is no Trigger " + source.path("name").asText()));
        for (JsonNode target : replacement.path("targets")) {
            for (JsonNode field : target.path("fieldPaths")) {
                ArrayNode patch = YAML.createArrayNode();
                ObjectNode operation = patch.addObject();
                operation
                        .put("op", "replace")
                        .put("path", pointer(field.asText()))
                        .set("value", value);
                triggers.replaceAll(each -> matches(target.path("select"), each) ? JsonPatch.apply(patch, each) : each);
            }
        }
    }

    private static String pointer(String fieldPath) {
        return "/" + fieldPath.replace('.', '/');
    }
}
