package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is said of a suspension, and of its end. */
final class Suspension {
    static final Reason SUSPENDED = Reason.acted("suspended");
    static final Reason RESUMED = Reason.acted("resumed");

    private Suspension() {}

    static Change change(Workload workload, int replicas, List<String> managedBy, Optional<String> expiry, Run run) {
        Map<String, Object> details = new HashMap<>(Map.of("managedBy", managedBy));
        if (workload.kind().isScaled()) {
            details.put("replicas", replicas);
        }
        expiry.ifPresent(time -> details.put("expiresAt", time));
        return new Change(
                SUSPENDED, run.verb("Suspended", "suspend") + sentence(workload, replicas, managedBy), details);
    }

    static Change undone(Workload workload, Memory memory, Run run) {
        boolean scaled = workload.kind().isScaled();
        return new Change(
                RESUMED,
                run.verb("Resumed", "resume") + " " + workload + " (uid " + workload.uid() + ")"
                        + (scaled ? ": to " + memory.replicas() + " replicas" : ""),
                scaled ? Map.of("replicas", memory.replicas()) : Map.of());
    }

    private static String sentence(Workload workload, int replicas, List<String> managedBy) {
        String how = switch (workload.kind()) {
            case DEPLOYMENT, STATEFUL_SET -> ": from " + replicas + " replicas to 0";
            case CRON_JOB -> ": it starts no more Jobs; those that run go on";
            case JOB -> ": its pods end";
        };
        return " " + workload + " (uid " + workload.uid() + ")" + how
                + (managedBy.isEmpty() ? "" : "; it may be put back by " + String.join(", ", managedBy));
    }
}
