package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The memories of all suspended workloads. */
record Memories(OwnConfigMaps configMaps) {
    private static final String LABEL = "falco-response/suspended";
    private static final String SELECTOR = "labelSelector=falco-response%2Fsuspended%3Dtrue";

    Optional<String> missingPermissions(AccessApi access) throws OutcomeException {
        return configMaps.missingPermissions(access, List.of("get", "list", "create", "delete"));
    }

    private static String name(String uid) {
        return "suspended-" + uid;
    }

    Optional<Memory> of(String uid) throws OutcomeException {
        return configMaps
                .find(name(uid))
                .map(Memory::new)
                .filter(memory -> memory.get(Memory.UID).equals(uid));
    }

    List<Memory> all() throws OutcomeException {
        return configMaps.list(SELECTOR).stream().map(Memory::new).toList();
    }

    /**
     * Remembers the workload as it is. What was remembered before is made anew: an undo that is still running then deletes only
     * the old one.
     *
     * @return the new one; empty for a preview, and when another replica has made one at the same moment
     */
    Optional<Memory> remember(Workload workload, Alert alert, Optional<Instant> expiry, Run run)
            throws OutcomeException {
        Optional<Memory> earlier = of(workload.uid());
        if (earlier.isPresent()) {
            forget(earlier.get(), run);
            if (run == Run.DRY) {
                return Optional.empty();
            }
        }
        Map<String, String> data = new HashMap<>(Map.of(
                Memory.KIND, workload.kind().text(),
                Memory.NAMESPACE, workload.namespace(),
                Memory.NAME, workload.name(),
                Memory.UID, workload.uid(),
                Memory.RULE, alert.rule(),
                Memory.EVENT_ID, alert.id(),
                Memory.EVENT_TIME, alert.time().toString()));
        if (workload.kind().isScaled()) {
            data.put(Memory.REPLICAS, Integer.toString(workload.replicas()));
        }
        expiry.ifPresent(time -> data.put(Memory.EXPIRES_AT, time.toString()));
        return create(workload.uid(), data, run);
    }

    private Optional<Memory> create(String uid, Map<String, String> data, Run run) throws OutcomeException {
        try {
            Memory created = new Memory(configMaps.create(name(uid), Map.of(LABEL, "true"), data, run));
            return Optional.of(created).filter(_ -> run == Run.REAL);
        } catch (ConflictException e) {
            if (of(uid).isEmpty()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Deletes exactly this memory; it is no error when it is gone already. */
    void forget(Memory memory, Run run) throws OutcomeException {
        configMaps.delete(memory.slot().getMetadata(), run);
    }
}
