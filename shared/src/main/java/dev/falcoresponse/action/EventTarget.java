package dev.falcoresponse.action;

import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.event.Alert;
import java.util.List;

/** The event itself as a target: whatever object it is about, and however old it is. */
public final class EventTarget implements Target<Alert> {
    @Override
    public List<Guard<Alert>> alertGuards(Effect effect) {
        return List.of();
    }

    @Override
    public Found<Alert> find(Alert alert, Effect effect, Read read) {
        return new Proven<>(alert, Identity.NAME);
    }

    @Override
    public List<Guard<Alert>> guards(Effect effect) {
        return List.of();
    }

    @Override
    public List<Permission> permissions() {
        return List.of();
    }

    @Override
    public ObjectReference reference(Alert event) {
        return ObjectReference.NONE;
    }
}
