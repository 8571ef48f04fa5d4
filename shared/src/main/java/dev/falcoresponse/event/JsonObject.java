package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A JSON object that knows its path in the body, so that each refusal can say where the fault is. */
record JsonObject(String path, JsonNode node) {
    /** Real alerts have no longer texts in these members; longer ones would bloat headers and log lines. */
    static final int MAX_TEXT = 1024;

    private static final int MAX_ITEMS = 100;

    private static final ObjectReader READER = StrictJson.builder().build().readerFor(JsonNode.class);

    static JsonObject parse(byte[] json) throws UnreadableException {
        try {
            // strictly: Jackson would guess other encodings, and replace what is no UTF-8
            Reader text = new InputStreamReader(new ByteArrayInputStream(json), UTF_8.newDecoder());
            return new JsonObject("", READER.readTree(text)).requireObject();
        } catch (JsonProcessingException e) {
            throw new UnreadableException("The body is no JSON: " + StrictJson.fault(e));
        } catch (IOException e) {
            throw new UnreadableException("The body is no JSON: " + StrictJson.cut(String.valueOf(e.getMessage())));
        }
    }

    /** The text of a member; absent, {@code null}, blank and Falco's {@code <NA>} count as the empty text. */
    String text(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        return member.isMissingNode() || member.isNull() ? "" : text(member, path(key));
    }

    /** The text of a member, or another text when it is not given. */
    String text(String key, String otherwise) throws UnreadableException {
        String text = text(key);
        return text.isEmpty() ? otherwise : text;
    }

    /**
     * The text of a member exactly as it is given, blanks included; absent, {@code null}, blank and {@code <NA>} count as the
     * empty text.
     */
    String exactText(String key) throws UnreadableException {
        return text(key).isEmpty() ? "" : node.path(key).textValue();
    }

    /** The text of a member exactly as it is given, however long; absent and {@code null} count as the empty text. */
    String anyText(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        return member.isMissingNode() || member.isNull() ? "" : requireText(member, path(key));
    }

    String required(String key) throws UnreadableException {
        String text = text(key);
        if (text.isEmpty()) {
            throw new UnreadableException(path(key) + " is missing");
        }
        return text;
    }

    /** Whether a member is {@code true}; absent and {@code null} count as {@code false}. */
    boolean flag(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        if (!member.isMissingNode() && !member.isNull() && !member.isBoolean()) {
            throw new UnreadableException(path(key) + " is neither true nor false");
        }
        return member.booleanValue();
    }

    /** The members of an array of texts; absent and {@code null} count as the empty array. */
    List<String> texts(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        if (member.isMissingNode() || member.isNull()) {
            return List.of();
        }
        if (!member.isArray() || member.size() > MAX_ITEMS) {
            throw new UnreadableException(path(key) + " is not an array of at most " + MAX_ITEMS + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : member) {
            texts.add(text(item, path(key)));
        }
        return texts;
    }

    /** All members that are texts of at most 1,024 characters and are given. */
    Map<String, String> shortTexts() {
        Map<String, String> texts = new HashMap<>();
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            JsonNode value = member.getValue();
            if (value.isTextual() && value.textValue().length() <= MAX_TEXT) {
                String text = given(value.textValue());
                if (!text.isEmpty()) {
                    texts.put(member.getKey(), text);
                }
            }
        }
        return texts;
    }

    /** A member that is an object; absent and {@code null} count as the empty object. */
    JsonObject object(String key) throws UnreadableException {
        JsonNode member = node.path(key);
        boolean absent = member.isMissingNode() || member.isNull();
        return new JsonObject(path(key), absent ? JsonNodeFactory.instance.objectNode() : member).requireObject();
    }

    private JsonObject requireObject() throws UnreadableException {
        if (!node.isObject()) {
            throw new UnreadableException((path.isEmpty() ? "The body" : path) + " is not a JSON object");
        }
        return this;
    }

    private String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String text(JsonNode member, String path) throws UnreadableException {
        return shortText(path, requireText(member, path));
    }

    private static String requireText(JsonNode member, String path) throws UnreadableException {
        if (!member.isTextual()) {
            throw new UnreadableException(path + " is not a text");
        }
        return member.textValue();
    }

    static String shortText(String path, String text) throws UnreadableException {
        if (text.strip().length() > MAX_TEXT) {
            throw new UnreadableException(path + " is longer than " + MAX_TEXT + " characters");
        }
        return given(text);
    }

    /** Without blanks around it; empty for {@code <NA>}. JSON can spell half a character, which UTF-8 cannot hold. */
    static String given(String text) {
        String stripped = text.strip();
        return stripped.equals("<NA>")
                ? ""
                : stripped.codePoints()
                        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }
}
