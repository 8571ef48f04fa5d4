package dev.falcoresponse.record;

import java.util.HashMap;
import java.util.Map;

/** The attributes and extensions of the CloudEvent that carries a record. */
public final class ReplyAttributes {
    private ReplyAttributes() {}

    /** By name, in lower case. */
    public static Map<String, String> of(ResponseRecord record) {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "id",
                line(record.eventId().orElse("")) + "/" + record.action(),
                "source",
                "/falco-response/" + record.action(),
                "type",
                "falco.response." + record.action() + ".v1",
                "time",
                record.finishedAt(),
                "action",
                record.action(),
                "outcome",
                record.outcome(),
                "reason",
                record.reason()));
        record.subject().ifPresent(subject -> attributes.put("subject", line(subject)));
        record.rule().ifPresent(rule -> attributes.put("rule", line(rule)));
        record.priority().ifPresent(priority -> attributes.put("priority", line(priority)));
        record.source().ifPresent(source -> attributes.put("eventsource", line(source)));
        return attributes;
    }

    /** A text as an attribute can hold it: CloudEvents allow no control characters, which become spaces. */
    public static String line(String value) {
        return value.replaceAll("\\p{Cc}", " ");
    }
}
