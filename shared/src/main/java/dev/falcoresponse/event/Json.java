package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object in a request's JSON that knows its path, so that every refusal can say where. */
record Json(String path, JsonNode node) {
    /** Longer texts are in no real alert where these are read, and would bloat every header and log line. */
    private static final int MAX_TEXT = 1024;

    private static final int MAX_ITEMS = 100;

    // a key given twice can mean two things: whoever decided before us may have seen the other one
    private static final ObjectReader READER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    static Json parse(byte[] bytes) throws UnreadableException {
        try {
            return new Json("", READER.readTree(bytes)).requireObject();
        } catch (JsonProcessingException e) {
            throw new UnreadableException("The body is no JSON: " + where(e.getLocation())
                    + cut(e.getOriginalMessage().lines().findFirst().orElse("")));
        } catch (IOException e) {
            throw new UnreadableException("The body is no JSON: " + cut(String.valueOf(e.getMessage())));
        }
    }

    /** Limits such as the depth of nesting are exceeded without a place. */
    private static String where(@Nullable JsonLocation location) {
        return location == null ? "" : "line %d, column %d: ".formatted(location.getLineNr(), location.getColumnNr());
    }

    /** The text of a member; absent, null, blank and Falco's {@code <NA>} are all the empty text. */
    String text(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        if (member.isMissingNode() || member.isNull()) {
            return "";
        }
        return text(member, path(key));
    }

    /** The same, or another text when it is not given. */
    String text(String key, String otherwise) throws UnreadableException {
        String text = text(key);
        return text.isEmpty() ? otherwise : text;
    }

    boolean has(String key) {
        return node.has(key);
    }

    /** Whether a member says yes, as JSON says it. */
    boolean isTrue(String key) {
        JsonNode member = node.path(key);
        return member.isBoolean() && member.booleanValue();
    }

    /** The members of an array of texts; absent and null are the empty list. */
    List<String> texts(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        if (member.isMissingNode() || member.isNull()) {
            return List.of();
        }
        if (!member.isArray() || member.size() > MAX_ITEMS) {
            throw new UnreadableException(path(key) + " is not a list of at most " + MAX_ITEMS + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : member) {
            texts.add(text(item, path(key)));
        }
        return texts;
    }

    /** Its members that are texts of a sensible length, and say something. */
    Map<String, String> sensibleTexts() {
        Map<String, String> texts = new HashMap<>();
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            JsonNode value = member.getValue();
            if (value.isTextual() && value.textValue().length() <= MAX_TEXT && !isNotGiven(value.textValue())) {
                texts.put(member.getKey(), wellFormed(value.textValue().strip()));
            }
        }
        return texts;
    }

    private static boolean isNotGiven(String text) {
        return text.isBlank() || text.strip().equals("<NA>");
    }

    /** A member that is an object; absent and null are the empty object. */
    Json object(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        boolean absent = member.isMissingNode() || member.isNull();
        return new Json(path(key), absent ? JsonNodeFactory.instance.objectNode() : member).requireObject();
    }

    /** The data of a structured CloudEvent: as JSON, or as base64 of JSON. */
    Json data() throws UnreadableException {
        JsonNode encoded = node.path("data_base64");
        if (encoded.isMissingNode() || encoded.isNull()) {
            return object("data");
        }
        try {
            return parse(Base64.getDecoder().decode(encoded.asText()));
        } catch (IllegalArgumentException e) {
            throw new UnreadableException("data_base64 is not base64");
        }
    }

    /** The extensions of a structured CloudEvent, as they would be written in headers. */
    Map<String, String> extensions() {
        Map<String, String> extensions = sensibleTexts();
        extensions.keySet().removeAll(List.of("data", "data_base64"));
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            JsonNode value = member.getValue();
            if (value.isIntegralNumber() || value.isBoolean()) {
                extensions.put(member.getKey(), value.asText());
            }
        }
        return extensions;
    }

    byte[] bytes() {
        return node.toString().getBytes(UTF_8);
    }

    private Json requireObject() throws UnreadableException {
        if (!node.isObject()) {
            throw new UnreadableException((path.isEmpty() ? "The body" : path) + " is not a JSON object");
        }
        return this;
    }

    private String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static void requireShort(String path, String text) throws UnreadableException {
        if (text.length() > MAX_TEXT) {
            throw new UnreadableException(path + " is longer than " + MAX_TEXT + " characters");
        }
    }

    private static String text(JsonNode member, String path) throws UnreadableException {
        if (!member.isTextual()) {
            throw new UnreadableException(path + " is not a text");
        }
        String text = member.textValue().strip();
        requireShort(path, text);
        return text.equals("<NA>") ? "" : wellFormed(text);
    }

    /** JSON can spell half a character, which neither UTF-8 nor any log can hold. */
    private static String wellFormed(String text) {
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static String cut(String message) {
        return message.length() > 200 ? message.substring(0, 200) + "…" : message;
    }
}
