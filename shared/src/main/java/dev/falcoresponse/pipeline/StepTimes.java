package dev.falcoresponse.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long each step of one event takes, in milliseconds. */
final class StepTimes {
    private final Map<String, Double> times = new LinkedHashMap<>();
    private String step = "read";
    private long since = System.nanoTime();

    /** Ends the current step and begins the next. */
    void next(String name) {
        long now = System.nanoTime();
        times.put(step, Math.round((now - since) / 1e4) / 100.0);
        step = name;
        since = now;
    }

    /** Ends the last step. */
    Map<String, Double> end() {
        next("");
        return times;
    }
}
