package dev.falcoresponse.playground.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** Patches as a real API server applies them. */
final class Patches {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Patches() {}

    /** Applies all operations of a JSON patch (RFC 6902); empty if a test in it does not hold. */
    static Optional<JsonNode> jsonPatch(JsonNode patch, JsonNode object) {
        ArrayNode operations = JSON.createArrayNode();
        for (JsonNode operation : patch) {
            if (!operation.path("op").asText().equals("test")) {
                operations.add(operation);
            } else if (!holds(operation, object)) {
                return Optional.empty();
            }
        }
        return Optional.of(JsonPatch.apply(operations, object));
    }

    private static boolean holds(JsonNode test, JsonNode object) {
        JsonNode found = object.at(test.path("path").asText());
        JsonNode expected = test.path("value");
        return expected.isNull() ? found.isMissingNode() || found.isNull() : found.equals(expected);
    }

    /** Applies a JSON merge patch (RFC 7396) to an object in place. */
    static void merge(ObjectNode patch, ObjectNode object) {
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            if (member.getValue().isNull()) {
                object.remove(member.getKey());
            } else if (member.getValue() instanceof ObjectNode inner) {
                merge(inner, object.withObjectProperty(member.getKey()));
            } else {
                object.set(member.getKey(), member.getValue());
            }
        }
    }

    /** As the API server notes when somebody has set an annotation. */
    static void noteTime(ObjectNode object, ObjectNode patch) {
        ObjectNode fields = JSON.createObjectNode();
        patch.at("/metadata/annotations").fieldNames().forEachRemaining(name -> fields.putObject("f:" + name));
        if (!fields.isEmpty()) {
            ObjectNode entry = object.withObject("/metadata")
                    .withArrayProperty("managedFields")
                    .addObject()
                    .put("manager", "somebody")
                    .put("operation", "Update")
                    .put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            entry.putObject("fieldsV1").putObject("f:metadata").set("f:annotations", fields);
        }
    }
}
