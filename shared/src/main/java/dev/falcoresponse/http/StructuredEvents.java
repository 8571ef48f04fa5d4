package dev.falcoresponse.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.StrictJson;
import dev.falcoresponse.pipeline.RefusedException;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.util.List;

/**
 * Reads CloudEvents in structured JSON with the SDK's module. The SDK's own reader is not used: it takes a key given twice and
 * text after the event, and needs quadratic time for a hostile {@code datacontenttype}.
 */
final class StructuredEvents {
    private static final int MAX_TEXT = 1024;
    private static final List<String> DATA = List.of("data", "data_base64");

    private static final JsonMapper STRICT = StrictJson.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .addModule(JsonFormat.getCloudEventJacksonModule())
            .build();

    private StructuredEvents() {}

    /**
     * The event in a body.
     *
     * @throws RefusedException when there is none
     */
    static CloudEvent read(byte[] body) {
        try {
            if (!(STRICT.readTree(body) instanceof ObjectNode event)) {
                throw RefusedException.unreadable("The body is not a JSON object");
            }
            simplify(event);
            return STRICT.treeToValue(event, CloudEvent.class);
        } catch (JsonProcessingException e) {
            throw RefusedException.unreadable("The body is no CloudEvent: " + StrictJson.fault(e));
        } catch (IOException | RuntimeException e) {
            throw e instanceof RefusedException refused
                    ? refused
                    : RefusedException.unreadable(
                            "The body is no CloudEvent: " + StrictJson.firstLine(String.valueOf(e.getMessage())));
        }
    }

    /** Removes null members, and leaves the SDK no attribute that its regular expressions could be attacked with. */
    private static void simplify(ObjectNode event) {
        event.properties().removeIf(member -> member.getValue().isNull());
        for (var member : event.properties()) {
            String name = member.getKey();
            JsonNode value = member.getValue();
            boolean isText = value.isTextual() && value.textValue().length() <= MAX_TEXT;
            if (name.equals("data_base64") && !value.isTextual()) {
                throw RefusedException.unreadable(name + " is not a text");
            }
            if (!DATA.contains(name) && !isText && !value.isIntegralNumber() && !value.isBoolean()) {
                throw RefusedException.unreadable(name + " is not a text of at most " + MAX_TEXT + " characters");
            }
        }
        if (!MediaType.isJson(event.path("datacontenttype").asText(""))) {
            throw RefusedException.rejected(415, Reason.UNREADABLE, "The event's data is no JSON");
        }
        event.put("datacontenttype", "application/json");
    }
}
