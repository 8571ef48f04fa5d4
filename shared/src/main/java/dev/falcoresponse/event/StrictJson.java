package dev.falcoresponse.event;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;

/** How JSON of others is read, and what is said when it cannot be. */
public final class StrictJson {
    private static final int MAX_SENTENCE = 200;

    private StrictJson() {}

    /**
     * A mapper that refuses text after the value, and a key that is given twice: another program may have decided on the other
     * value.
     */
    public static JsonMapper.Builder builder() {
        return JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** What is wrong, and where; in one line. */
    public static String fault(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        // errors such as too deep nesting have none
        String place = location == null || location.getLineNr() < 1
                ? ""
                : String.format(Locale.ROOT, "line %d, column %d: ", location.getLineNr(), location.getColumnNr());
        return place + firstLine(e.getOriginalMessage());
    }

    /** The first line of the message of an exception; at most 200 characters. */
    public static String firstLine(String message) {
        return cut(message.lines().findFirst().orElse(""));
    }

    /** A text in one line; at most 200 characters. */
    static String cut(String text) {
        return Texts.shortened(text.replaceAll("\\p{Cc}", " "), MAX_SENTENCE);
    }
}
