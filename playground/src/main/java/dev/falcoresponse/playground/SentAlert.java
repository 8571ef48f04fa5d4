package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.playground.broker.HttpEvents;
import dev.falcoresponse.testing.RecordedAlert;
import io.cloudevents.CloudEvent;
import java.util.Optional;

/**
 * An alert on its way to the broker.
 *
 * @param from where it came from: a recording and what was done to it, or a file
 * @param eventId Falco's uuid, by which the records name it
 */
record SentAlert(String from, String eventId, CloudEvent event) {
    static SentAlert of(String from, String eventId, RecordedAlert alert) {
        return new SentAlert(
                from,
                eventId,
                HttpEvents.read(alert.headers(), alert.body().getBytes(UTF_8)).orElseThrow());
    }

    /** What an alert is about in a few words: its rule, or what kind of event it is. */
    String title() {
        return rule().isEmpty() ? event.getType() : rule();
    }

    String rule() {
        return Optional.ofNullable(event.getExtension("rule"))
                .map(String::valueOf)
                .orElse("");
    }
}
