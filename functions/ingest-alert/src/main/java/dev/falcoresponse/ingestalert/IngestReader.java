package dev.falcoresponse.ingestalert;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Event;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.LoopException;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.UnreadableException;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Reads alerts that are not yet in the broker, or not as alerts. */
@Singleton
final class IngestReader implements EventReader {
    /** What a Knative KafkaSource makes of a message that is no CloudEvent. */
    static final String FROM_KAFKA = "dev.knative.kafka.event";

    static boolean isFromKafka(ReceivedEvent event) {
        return event.attribute("type").equals(FROM_KAFKA);
    }

    @Override
    public Event read(ReceivedEvent event) throws UnreadableException {
        return alert(event);
    }

    /**
     * The alert in an event.
     *
     * @throws UnreadableException when there is none to take in
     */
    static Alert alert(ReceivedEvent event) throws UnreadableException {
        if (isFromKafka(event)) {
            return FalcoAlerts.readAny(withUniqueId(event));
        }
        if (!event.attribute("type").equals(FalcoAlerts.TYPE)) {
            throw new UnreadableException(
                    "This function takes Falco's JSON, " + FalcoAlerts.TYPE + " and " + FROM_KAFKA + " only");
        }
        if (!event.attribute("knativearrivaltime").isEmpty()) {
            throw new LoopException("This alert comes from the broker: a Trigger sends it in a loop");
        }
        return FalcoAlerts.readAny(event);
    }

    /** A KafkaSource's ids are unique within its topic only. */
    private static ReceivedEvent withUniqueId(ReceivedEvent event) {
        Map<String, String> attributes = new HashMap<>(event.attributes());
        attributes.put(
                "id",
                UUID.nameUUIDFromBytes(event.identity().getBytes(StandardCharsets.UTF_8))
                        .toString());
        return new ReceivedEvent(attributes, event.data());
    }
}
