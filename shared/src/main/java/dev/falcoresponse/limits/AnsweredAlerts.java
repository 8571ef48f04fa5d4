package dev.falcoresponse.limits;

import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The alerts for which this replica made a change, or may have made one, for the time of the cool-down: an answer can be lost
 * on its way, and a further delivery then tells it. Thread-safe.
 */
public final class AnsweredAlerts {
    private static final int MAX = 10_000;

    private final Duration cooldown;
    private final LongSupplier nanoTime;
    private final Map<String, Remembered> alerts = new LinkedHashMap<>();

    /** What was answered; an uncertain answer was not given, since the API server's own was lost. */
    public record Earlier(
            ObjectReference object, Identity identity, boolean uncertain, String outcome, String reason, String time) {
        /** As {@code details.earlier} of the record has it. */
        public Map<String, Object> details() {
            return Map.of("outcome", outcome, "reason", reason, "time", time);
        }
    }

    private record Remembered(Earlier earlier, long at) {}

    public AnsweredAlerts(Duration cooldown, LongSupplier nanoTime) {
        this.cooldown = cooldown;
        this.nanoTime = nanoTime;
    }

    public synchronized void remember(String eventId, Earlier earlier) {
        if (alerts.size() >= MAX) {
            alerts.remove(alerts.keySet().iterator().next());
        }
        alerts.remove(eventId);
        alerts.put(eventId, new Remembered(earlier, nanoTime.getAsLong()));
    }

    /** What was answered to an earlier delivery of this alert. */
    public synchronized Optional<Earlier> earlier(String eventId) {
        long now = nanoTime.getAsLong();
        alerts.values().removeIf(each -> now - each.at() >= cooldown.toNanos());
        return Optional.ofNullable(alerts.get(eventId)).map(Remembered::earlier);
    }
}
