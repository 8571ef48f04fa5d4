package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memories of all suspended workloads.
 *
 * @param namespace of the function
 */
record Memories(ApiClient client, ObjectApi objects, String namespace) {
    private static final Resource CONFIG_MAPS = Resource.namespaced("", "v1", "configmaps");
    private static final String LABEL = "falco-response/suspended";
    private static final String SELECTOR = "?labelSelector=falco-response%2Fsuspended%3Dtrue";

    /** What the function may not do in its own namespace, as the rest of a sentence. */
    Optional<String> missingPermissions(AccessApi access) throws OutcomeException {
        List<String> missing = new ArrayList<>();
        for (String verb : List.of("get", "list", "create", "delete")) {
            Permission permission = CONFIG_MAPS.permission(verb);
            if (!access.allows(permission, namespace)) {
                missing.add("may not " + permission + " in namespace " + namespace);
            }
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing));
    }

    private static String name(String uid) {
        return "suspended-" + uid;
    }

    Optional<Memory> of(String uid) throws OutcomeException {
        return objects.find(CONFIG_MAPS, namespace, name(uid), ConfigMap.class)
                .map(Memory::new)
                .filter(memory -> memory.get(Memory.UID).equals(uid));
    }

    List<Memory> all() throws OutcomeException {
        return objects.list(CONFIG_MAPS, namespace, SELECTOR, ConfigMapList.class).getItems().stream()
                .map(Memory::new)
                .toList();
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
        Map<String, Object> slot = Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of(
                        "name", name(uid),
                        "labels", Map.of("app.kubernetes.io/managed-by", "falco-response", LABEL, "true")),
                "immutable",
                true,
                "data",
                data);
        String path = CONFIG_MAPS.path(namespace) + (run == Run.DRY ? "?dryRun=All" : "");
        try {
            Call call = new Call("POST", path, "create", CONFIG_MAPS.text(), namespace, "");
            Memory created = new Memory(client.exchange(call, ApiClient.JSON, slot, ConfigMap.class));
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
        var meta = memory.slot().getMetadata();
        var options = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(meta.getUid())
                .endPreconditions();
        try {
            client.change(
                    Call.on(CONFIG_MAPS, "DELETE", "delete", namespace, meta.getName(), ""),
                    ApiClient.JSON,
                    (run == Run.DRY ? options.withDryRun("All") : options).build());
        } catch (OutcomeException e) {
            if (!(e.outcome() instanceof Skipped)) {
                throw e;
            }
        }
    }
}
