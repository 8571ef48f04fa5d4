package dev.falcoresponse;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How one event ended: exactly one of six, each with its reason and one sentence for people. */
public sealed interface Outcome {
    Reason reason();

    String message();

    /** What the action adds to the record; strings, numbers, booleans, lists and maps of these. */
    default Map<String, Object> details() {
        return Map.of();
    }

    /** The outcome as it is written everywhere outside. */
    default String text() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** The change was made. */
    record Acted(Reason reason, String message, Map<String, Object> details) implements Outcome {
        public Acted {
            reason.requireOf(Reason.Of.ACTED);
            details = Map.copyOf(details);
        }
    }

    /** The server accepted the very change as a dry run; nothing was changed. */
    record Previewed(String message, Map<String, Object> details) implements Outcome {
        public Previewed {
            details = Map.copyOf(details);
        }

        @Override
        public Reason reason() {
            return Reason.DRY_RUN;
        }
    }

    /** There was nothing to do, or not any more. */
    record Skipped(Reason reason, String message, Map<String, Object> details) implements Outcome {
        public Skipped {
            reason.requireOf(Reason.Of.SKIPPED);
            details = Map.copyOf(details);
        }

        public Skipped(Reason reason, String message) {
            this(reason, message, Map.of());
        }
    }

    /** The operator's settings forbid it. */
    record Denied(Reason reason, String message) implements Outcome {
        public Denied {
            reason.requireOf(Reason.Of.DENIED);
        }
    }

    /** The request cannot be read; {@code status} is the HTTP status that tells the sender why, 400 to 499. */
    record Rejected(int status, String message) implements Outcome {
        @Override
        public Reason reason() {
            return Reason.UNREADABLE;
        }
    }

    /** It should have been done and was not; {@code retryAfter} is passed on when the API server gave one. */
    record Failed(Reason reason, String message, Optional<Duration> retryAfter, Map<String, Object> details)
            implements Outcome {
        public Failed {
            reason.requireOf(Reason.Of.FAILED);
            details = Map.copyOf(details);
        }

        public Failed(Reason reason, String message, Optional<Duration> retryAfter) {
            this(reason, message, retryAfter, Map.of());
        }

        public Failed(Reason reason, String message) {
            this(reason, message, Optional.empty());
        }

        /** Whether the broker should deliver the event again: not when permissions or policies refuse it. */
        public boolean worthRepeating() {
            return reason != Reason.FORBIDDEN && reason != Reason.REFUSED_BY_ADMISSION;
        }
    }
}
