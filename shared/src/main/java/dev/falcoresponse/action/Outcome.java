package dev.falcoresponse.action;

import dev.falcoresponse.action.Reason.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How one event ended: one of six kinds, each with its reason and one sentence for people. */
public sealed interface Outcome {
    Reason reason();

    String message();

    /** What the action adds to the record: texts, numbers, booleans, lists and maps of these. */
    default Map<String, Object> details() {
        return Map.of();
    }

    /** The kind of outcome as it is written in records, metrics and CloudEvents. */
    default String text() {
        return reason().kind().text();
    }

    /** The change was made. */
    record Acted(Reason reason, String message, Map<String, Object> details) implements Outcome {
        public Acted {
            reason.require(Kind.ACTED);
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

    /** There is nothing to do, or no longer. */
    record Skipped(Reason reason, String message, Map<String, Object> details) implements Outcome {
        public Skipped {
            reason.require(Kind.SKIPPED);
            details = Map.copyOf(details);
        }

        public Skipped(Reason reason, String message) {
            this(reason, message, Map.of());
        }

        /** The outcome, if it applies. */
        public static Optional<Outcome> when(boolean applies, Reason reason, String message) {
            return applies ? Optional.of(new Skipped(reason, message)) : Optional.empty();
        }

        public Skipped with(String name, Map<String, Object> detail) {
            Map<String, Object> more = new HashMap<>(details);
            more.put(name, detail);
            return new Skipped(reason, message, more);
        }
    }

    /** The operator's settings forbid it. */
    record Denied(Reason reason, String message) implements Outcome {
        public Denied {
            reason.require(Kind.DENIED);
        }

        /** The outcome, if it applies. */
        public static Optional<Outcome> when(boolean applies, Reason reason, String message) {
            return applies ? Optional.of(new Denied(reason, message)) : Optional.empty();
        }
    }

    /**
     * It should have been done and was not.
     *
     * @param retryable whether the broker should deliver the event again
     * @param retryAfter how long the broker should wait, in whole seconds; empty when nobody knows
     * @param uncertain whether the change may have been made all the same: it was sent, and no answer came
     */
    record Failed(
            Reason reason,
            String message,
            boolean retryable,
            Optional<Duration> retryAfter,
            boolean uncertain,
            Map<String, Object> details)
            implements Outcome {
        public Failed {
            reason.require(Kind.FAILED);
            details = Map.copyOf(details);
        }

        /** A failure that may be over when the event is delivered again. */
        public static Failed retryable(Reason reason, String message) {
            return new Failed(reason, message, true, Optional.empty(), false, Map.of());
        }

        /** A failure that no further delivery can mend. */
        public static Failed permanent(Reason reason, String message) {
            return new Failed(reason, message, false, Optional.empty(), false, Map.of());
        }

        /** The same failure after a change that was made, or may have been. */
        public Failed afterChange() {
            return new Failed(reason, message, retryable, retryAfter, true, details);
        }

        public Failed after(Optional<Duration> time) {
            return new Failed(reason, message, retryable, time, uncertain, details);
        }

        public Failed with(Map<String, Object> more) {
            return new Failed(reason, message, retryable, retryAfter, uncertain, more);
        }
    }

    /**
     * The request cannot be read, or its sender may not make it.
     *
     * @param status the HTTP status that tells the sender why
     */
    record Rejected(int status, Reason reason, String message) implements Outcome {
        public Rejected {
            reason.require(Kind.REJECTED);
        }

        /** Status 400. */
        public static Rejected unreadable(String message) {
            return new Rejected(400, Reason.UNREADABLE, message);
        }
    }
}
