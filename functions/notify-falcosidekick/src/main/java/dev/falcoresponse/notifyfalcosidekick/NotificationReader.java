package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Event;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.LoopException;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.Replies;
import dev.falcoresponse.event.UnreadableException;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads replies of actions, and everything else as a dead letter: readable or not, people are told about it. */
@Singleton
final class NotificationReader implements EventReader {
    private final InstantSource clock;

    NotificationReader(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Event read(ReceivedEvent event) throws UnreadableException {
        Optional<String> sender = Replies.sender(event.attribute("type"));
        if (sender.isPresent() && sender.get().equals(NotifyFalcosidekick.NAME)) {
            throw new LoopException("This is " + sender.get() + "'s own reply: a Trigger sends it in a loop");
        }
        try {
            return sender.isPresent()
                    ? Replies.alert(Replies.record(event, sender.get()), event)
                    : FalcoAlerts.read(event);
        } catch (LoopException e) {
            throw e;
        } catch (UnreadableException e) {
            Notification.refuse(event.attribute("rule"), event.attribute("eventsource"));
            return unreadable(event);
        }
    }

    /** What the attributes alone tell. */
    private Alert unreadable(ReceivedEvent event) {
        return new Alert(
                event.attribute("id"),
                clock.instant(),
                event.attribute("rule"),
                event.attribute("priority"),
                event.attribute("eventsource"),
                event.attribute("hostname"),
                List.of(),
                PodReference.NONE,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                event,
                Optional.empty());
    }
}
