package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is said of a suspension. */
final class Suspension {
    static final Reason SUSPENDED = Reason.acted("suspended");

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
