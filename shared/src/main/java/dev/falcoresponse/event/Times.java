package dev.falcoresponse.event;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times as RFC 3339 writes them. */
public final class Times {
    private static final Pattern BEYOND_NANOSECONDS = Pattern.compile("(\\.\\d{9})\\d+");

    private Times() {}

    /** A time that an event must have. */
    static Instant parse(String name, String text) throws UnreadableException {
        try {
            return OffsetDateTime.parse(BEYOND_NANOSECONDS.matcher(text).replaceFirst("$1"))
                    .toInstant();
        } catch (DateTimeParseException e) {
            throw new UnreadableException(
                    name + (text.isEmpty() ? " is missing" : " is not a time as RFC 3339 writes it"));
        }
    }

    /** A time that a function has noted on an object; empty when it is none, since others may have changed it. */
    public static Optional<Instant> noted(@Nullable String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Whether a time that a function has noted has come; never when it is no time. */
    public static boolean hasCome(@Nullable String noted, Instant now) {
        return noted(noted).filter(time -> !time.isAfter(now)).isPresent();
    }
}
