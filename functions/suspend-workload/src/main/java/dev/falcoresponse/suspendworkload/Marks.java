package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.event.Alert;
import java.util.List;
import java.util.Map;

/** Annotations on a suspended Job or CronJob, for people; what the function needs to know is in its memory. */
final class Marks {
    static final String RULE = "falco-response/rule";
    static final String EVENT_ID = "falco-response/event-id";
    static final String EVENT_TIME = "falco-response/event-time";
    static final List<String> ALL = List.of(RULE, EVENT_ID, EVENT_TIME);

    private Marks() {}

    static Cause cause(Map<String, String> annotations) {
        return new Cause(
                annotations.getOrDefault(RULE, ""),
                annotations.getOrDefault(EVENT_ID, ""),
                annotations.getOrDefault(EVENT_TIME, ""));
    }

    static Map<String, String> of(Alert alert) {
        return Map.of(
                RULE,
                alert.rule(),
                EVENT_ID,
                alert.id(),
                EVENT_TIME,
                alert.time().toString());
    }
}
