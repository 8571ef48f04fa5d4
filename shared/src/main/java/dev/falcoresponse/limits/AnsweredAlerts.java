package dev.falcoresponse.limits;

import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The alerts for which this replica made a change, or may have made one, and its undos: an answer can be lost on its way, and
 * a further delivery within the cool-down then tells it. Thread-safe.
 */
public final class AnsweredAlerts {
    private static final int MAX = 10_000;

    private final Duration cooldown;
    private final Duration kept;
    private final LongSupplier nanoTime;
    private final Map<String, Remembered> events = new LinkedHashMap<>();

    /** What was answered. A failure is remembered only where the change may have been made all the same. */
    public record Earlier(ObjectReference object, Identity identity, Outcome outcome, Instant time) {
        /** Whether the API server's own answer was lost. */
        public boolean uncertain() {
            return outcome instanceof Failed;
        }

        /** As {@code details.earlier} of the record has it. */
        public Map<String, Object> details() {
            return Map.of("outcome", outcome.text(), "reason", outcome.reason().text(), "time", time.toString());
        }
    }

    private record Remembered(Earlier earlier, long at) {}

    /**
     * Nothing was answered yet.
     *
     * @param maxEventAge how long an alert may be delivered again
     * @param nanoTime as {@link System#nanoTime}
     */
    public AnsweredAlerts(Duration cooldown, Duration maxEventAge, LongSupplier nanoTime) {
        this.cooldown = cooldown;
        this.kept = maxEventAge.compareTo(cooldown) > 0 ? maxEventAge : cooldown;
        this.nanoTime = nanoTime;
    }

    /** A change was made, or may have been. */
    public synchronized void remember(String eventId, Earlier earlier) {
        events.remove(undo(earlier.object()));
        put(eventId, earlier);
    }

    /** A change was taken back, as a request asked or because its time was over. */
    public synchronized void rememberUndo(String eventId, Earlier earlier) {
        put(undo(earlier.object()), earlier);
        put(eventId, earlier);
    }

    private static String undo(ObjectReference object) {
        return "undo of " + object.key();
    }

    private void put(String key, Earlier earlier) {
        if (events.size() >= MAX) {
            events.remove(events.keySet().iterator().next());
        }
        events.remove(key);
        events.put(key, new Remembered(earlier, nanoTime.getAsLong()));
    }

    /** What was answered to an earlier delivery of this event: within the cool-down, or later when it was not certain. */
    public synchronized Optional<Earlier> earlier(String eventId) {
        return known(eventId)
                .filter(each -> each.earlier().uncertain() || nanoTime.getAsLong() - each.at() < cooldown.toNanos())
                .map(Remembered::earlier);
    }

    /** Whether this object was changed for this alert for certain, perhaps longer ago than the cool-down. */
    public synchronized boolean isDone(String eventId, ObjectReference object) {
        return known(eventId)
                .filter(each -> !each.earlier().uncertain())
                .filter(each -> each.earlier().object().key().equals(object.key()))
                .isPresent();
    }

    /** Whether this replica has taken back what was done to an object. */
    public synchronized boolean isUndone(ObjectReference object) {
        return known(undo(object)).isPresent();
    }

    private Optional<Remembered> known(String key) {
        long now = nanoTime.getAsLong();
        events.values().removeIf(each -> now - each.at() >= kept.toNanos());
        return Optional.ofNullable(events.get(key));
    }
}
