package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Alerts that a person approved: the alert's own JSON, or the record of an action, with the approval in it. */
public final class ApprovedAlerts {
    /** The extension that names the approved request by its uid. */
    public static final String REQUEST = "approval";

    private static final String BY = "approvedBy";
    private static final String AT = "approvedAt";

    /** The same text for the same JSON, however a broker has written it. */
    private static final JsonMapper CANONICAL = StrictJson.builder()
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private ApprovedAlerts() {}

    /** The type of the events that approve an action. */
    public static String type(String action) {
        return "falco.response." + action + ".approved.v1";
    }

    /**
     * The data of an event that approves an alert.
     *
     * @param alert a JSON object
     */
    public static byte[] data(String alert, String by, Instant at) {
        return ((ObjectNode) tree(alert.getBytes(UTF_8)))
                .put(BY, by)
                .put(AT, at.toString())
                .toString()
                .getBytes(UTF_8);
    }

    /** An alert's JSON as it can be handed on: JSON can spell half a character, which UTF-8 cannot hold. */
    public static String text(byte[] alert) {
        return new String(tree(alert).toString().getBytes(UTF_8), UTF_8);
    }

    /** The SHA-256 of an alert's JSON in hexadecimal digits; the approval in it does not count. */
    public static String digest(byte[] alert) {
        return digest(tree(alert));
    }

    private static String digest(JsonNode alert) {
        try {
            ObjectNode bare = alert.deepCopy();
            bare.remove(BY);
            bare.remove(AT);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(CANONICAL.writeValueAsBytes(bare));
            return HexFormat.of().formatHex(hash);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode tree(byte[] json) {
        try {
            return CANONICAL.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The approval in an event. */
    static Approval approval(ReceivedEvent event, JsonObject body) throws UnreadableException {
        return new Approval(
                body.required(BY),
                Times.parse(AT, body.required(AT)),
                event.attribute(REQUEST),
                digest(tree(event.data())));
    }

    /** The event that was approved: an alert, or the reply of an action. */
    static ReceivedEvent inner(ReceivedEvent event, JsonObject body) throws UnreadableException {
        boolean isRecord = body.node().has("outcome") && body.node().has("action");
        Map<String, String> attributes = new HashMap<>(event.attributes());
        attributes.put("type", isRecord ? "falco.response." + body.text("action") + ".v1" : FalcoAlerts.TYPE);
        return new ReceivedEvent(attributes, event.data());
    }
}
