package dev.falcoresponse.record;

import java.util.HashMap;
import java.util.Map;

/** The attributes and extensions of the CloudEvent that carries a record. */
public final class ReplyAttributes {
    private ReplyAttributes() {}

    /** By name, in lower case; CloudEvents allow no control characters, which become spaces. */
    public static Map<String, String> of(ResponseRecord record) {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "id",
                text(record.eventId().orElse("")) + "/" + record.action(),
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
        record.subject().ifPresent(subject -> attributes.put("subject", text(subject)));
        record.rule().ifPresent(rule -> attributes.put("rule", text(rule)));
        record.priority().ifPresent(priority -> attributes.put("priority", text(priority)));
        record.source().ifPresent(source -> attributes.put("eventsource", text(source)));
        return attributes;
    }

    private static String text(String value) {
        return value.replaceAll("\\p{Cc}", " ");
    }
}
