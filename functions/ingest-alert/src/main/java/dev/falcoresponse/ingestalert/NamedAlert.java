package dev.falcoresponse.ingestalert;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.record.ReplyAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/** An alert's attributes as Falcosidekick's CloudEvents output would have made them: Triggers know it by its extensions. */
final class NamedAlert {
    private NamedAlert() {}

    /** Attributes and extensions by name. */
    static Map<String, String> attributes(Alert alert) {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "id", alert.id(), "source", "https://falco.org", "type", FalcoAlerts.TYPE, "rule", alert.rule()));
        Map.of(
                        "priority",
                        alert.priority(),
                        "eventsource",
                        alert.source(),
                        "hostname",
                        alert.hostname(),
                        "time",
                        time(alert.time()),
                        // which RESPONSE_CLUSTER compares
                        "cluster",
                        alert.event().attribute("cluster"))
                .forEach((name, value) -> {
                    if (!value.isEmpty()) {
                        attributes.put(name, value);
                    }
                });
        attributes.replaceAll((_, value) -> ReplyAttributes.line(value));
        return attributes;
    }

    /** RFC 3339; empty for a time that it cannot write. */
    private static String time(Instant time) {
        int year = time.atOffset(ZoneOffset.UTC).getYear();
        return year >= 0 && year <= 9999 ? DateTimeFormatter.ISO_INSTANT.format(time) : "";
    }
}
