package dev.falcoresponse.action;

import java.util.Locale;

/** How an object was proven to be the one that the event is about, the strongest proof first. */
public enum Identity {
    UID,
    /** The id of one of its containers. */
    CONTAINER,
    /** It existed before the alert; perhaps not by long enough. */
    AGE,
    /** Its name alone. */
    NAME;

    /** As the record writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
