package dev.falcoresponse.event;

import java.util.Locale;
import java.util.Optional;

/** Falco's priorities, the lowest first. */
public enum Priority {
    DEBUG,
    INFORMATIONAL,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    /** The priority as Falco writes it: with a capital letter. */
    public String text() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    /** The priority of that name in any case; Falco also writes "info". */
    public static Optional<Priority> named(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.equals("INFO")) {
            return Optional.of(INFORMATIONAL);
        }
        for (Priority priority : values()) {
            if (priority.name().equals(name)) {
                return Optional.of(priority);
            }
        }
        return Optional.empty();
    }
}
