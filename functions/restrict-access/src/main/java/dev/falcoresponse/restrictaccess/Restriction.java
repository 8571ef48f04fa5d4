package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Times;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The entry of one restricted subject.
 *
 * @param key the pod's uid, or the user's name
 * @param values as the API server stores them
 */
record Restriction(SubjectKind kind, String key, Map<String, String> values) {
    /** Of a pod its namespace and name. */
    private static final String NAME = "name";

    private static final String RULE = "rule";
    private static final String EVENT_ID = "eventId";

    /** RFC 3339, as the next two. */
    private static final String EVENT_TIME = "eventTime";

    private static final String SINCE = "since";
    private static final String EXPIRES = "expires";

    Restriction {
        values = Map.copyOf(values);
    }

    static Restriction of(Subject subject, Alert alert, Instant now, Optional<Instant> expiry) {
        Map<String, String> values = new HashMap<>(Map.of(
                NAME,
                subject.fullName(),
                RULE,
                alert.rule(),
                EVENT_ID,
                alert.id(),
                EVENT_TIME,
                alert.time().toString(),
                SINCE,
                now.toString()));
        expiry.ifPresent(time -> values.put(EXPIRES, time.toString()));
        return new Restriction(subject.kind(), subject.key(), values);
    }

    private String value(String name) {
        return values.getOrDefault(name, "");
    }

    String name() {
        return value(NAME);
    }

    /** RFC 3339 in UTC: texts are in the order of their times. */
    String since() {
        return value(SINCE);
    }

    Optional<String> expiry() {
        return Optional.of(value(EXPIRES)).filter(text -> !text.isEmpty());
    }

    boolean isExpired(Instant now) {
        return Times.hasCome(value(EXPIRES), now);
    }

    Cause cause() {
        return new Cause(value(RULE), value(EVENT_ID), value(EVENT_TIME));
    }
}
