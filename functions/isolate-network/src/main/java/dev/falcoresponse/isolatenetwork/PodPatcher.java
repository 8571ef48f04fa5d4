package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;

/** Changes labels and annotations of pods. */
record PodPatcher(ApiClient api, PodApi pods) {
    /**
     * Applies a patch as a whole or not at all.
     *
     * @return the pod after the change, or as it would be
     * @throws OutcomeException as skipped when the pod is gone or was replaced, as failed/conflict when an entry changed
     *     after it was read, as failed otherwise
     */
    Pod patch(Pod pod, MetadataPatch patch, Run run) throws OutcomeException {
        var meta = pod.getMetadata();
        String query = run == Run.DRY ? "?dryRun=All" : "";
        Call call = Call.on(Resource.PODS, "PATCH", "patch", meta.getNamespace(), meta.getName(), query);
        try {
            return api.exchange(call, MetadataPatch.MEDIA_TYPE, patch.operations(), Pod.class);
        } catch (ConflictException e) {
            requireSame(pod);
            throw e;
        }
    }

    private void requireSame(Pod pod) throws OutcomeException {
        Pod current =
                pods.get(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), Read.QUORUM);
        if (!Quarantine.uid(pod).equals(Quarantine.uid(current))) {
            throw new OutcomeException(new Skipped(
                    Reason.REPLACED,
                    "Pod " + Pods.name(pod) + " was replaced by another pod of that name (uid "
                            + Quarantine.uid(current) + "), which is left alone"));
        }
    }
}
