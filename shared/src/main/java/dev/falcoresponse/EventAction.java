package dev.falcoresponse;

import dev.falcoresponse.event.Alert;

/** An action on what others did, or could not do: on the event itself, whatever pod it is about. */
public non-sealed interface EventAction extends Action {
    /** Does it. */
    Outcome act(Alert event);

    /** Looks whether it could be done, and does nothing. */
    Outcome preview(Alert event);
}
