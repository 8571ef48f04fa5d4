package dev.falcoresponse.event;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Times in events, as RFC 3339 writes them. */
final class Times {
    private Times() {}

    static Instant parse(String name, String text) throws UnreadableException {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new UnreadableException(
                    name + (text.isEmpty() ? " is missing" : " is not a time as RFC 3339 writes it"));
        }
    }
}
