package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.record.ResponseRecord;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The controller of a pod that another action has removed, as its reply names it: the pod itself is gone.
 *
 * @param proven whether the pod was proven to be the one
 */
record ChainedWorkload(String apiVersion, String kind, String name, String uid, boolean proven) {
    private static final Set<String> PROOFS = Set.of("uid", "container");

    /** The workload in the reply of an action that acted; empty for an alert, and for a reply that names none. */
    static Optional<ChainedWorkload> of(Alert alert) {
        return alert.reply().filter(record -> record.outcome().equals("acted")).flatMap(ChainedWorkload::of);
    }

    private static Optional<ChainedWorkload> of(ResponseRecord record) {
        return record.details().get("workload") instanceof Map<?, ?> workload
                ? Optional.of(new ChainedWorkload(
                                text(workload, "apiVersion"),
                                text(workload, "kind"),
                                text(workload, "name"),
                                text(workload, "uid"),
                                record.identity().filter(PROOFS::contains).isPresent()))
                        .filter(each -> KubernetesNames.isName(each.name())
                                && !each.uid().isEmpty())
                : Optional.empty();
    }

    private static String text(Map<?, ?> workload, String key) {
        return workload.get(key) instanceof String text ? text : "";
    }
}
