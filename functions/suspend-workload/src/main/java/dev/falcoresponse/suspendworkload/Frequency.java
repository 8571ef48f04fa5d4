package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.suspendworkload.SuspendWorkloadSettings.Threshold;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How many alerts have led to each workload, in this replica's memory. A further delivery does not count. Thread-safe. */
final class Frequency {
    private static final int MAX_WORKLOADS = 10_000;

    private final Optional<Threshold> threshold;
    private final LongSupplier nanoTime;

    /** When each alert came first, by workload and by the alert's key; workloads and alerts the oldest first. */
    private final Map<String, Map<String, Long>> alerts = new LinkedHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    Frequency(Optional<Threshold> threshold, LongSupplier nanoTime) {
        this.threshold = threshold;
        this.nanoTime = nanoTime;
    }

    /**
     * Counts an alert.
     *
     * @return how many there are within the window, when they are not enough
     */
    synchronized Optional<Integer> tooFew(String workload, String alert) {
        if (threshold.isEmpty()) {
            return Optional.empty();
        }
        long now = nanoTime.getAsLong();
        Map<String, Long> seen = alerts.computeIfAbsent(workload, _ -> new HashMap<>());
        seen.values().removeIf(at -> now - at >= threshold.get().window().toNanos());
        seen.putIfAbsent(alert, now);
        limit(workload);
        return seen.size() < threshold.get().alerts() ? Optional.of(seen.size()) : Optional.empty();
    }

    private void limit(String last) {
        Iterator<String> oldest = alerts.keySet().iterator();
        while (alerts.size() > MAX_WORKLOADS && oldest.hasNext()) {
            if (!oldest.next().equals(last)) {
                oldest.remove();
            }
        }
    }
}
