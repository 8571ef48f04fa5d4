package dev.falcoresponse.deletepod;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import java.time.Duration;

/**
 * Removes a pod exactly as it was read: with another uid or a later version of it, the API server refuses.
 *
 * @param grace how long its containers may take to end, in whole seconds
 */
record PodRemoval(ApiClient api, Duration grace) {
    /**
     * Deletes the pod.
     *
     * @throws OutcomeException as skipped when the pod is gone or was replaced, as failed otherwise
     */
    void delete(Pod pod, Run run) throws OutcomeException {
        ObjectMeta meta = pod.getMetadata();
        Call call = Call.on(Resource.PODS, "DELETE", "delete", meta.getNamespace(), meta.getName(), "");
        api.change(call, ApiClient.JSON, options(meta, run));
    }

    /**
     * Evicts the pod, if its disruption budgets allow it.
     *
     * @throws OutcomeException as skipped when the pod is gone or was replaced, as failed otherwise
     */
    void evict(Pod pod, Run run) throws OutcomeException {
        ObjectMeta meta = pod.getMetadata();
        String path = Resource.PODS.path(meta.getNamespace()) + "/" + meta.getName() + "/eviction";
        Call call = new Call("POST", path, "create", "pods/eviction", meta.getNamespace(), meta.getName());
        var eviction = new EvictionBuilder()
                .withNewMetadata()
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .endMetadata()
                .withDeleteOptions(options(meta, run))
                .build();
        api.change(call, ApiClient.JSON, eviction);
    }

    /**
     * Whether the pod is gone, or is being deleted.
     *
     * @throws OutcomeException as failed when it cannot be read
     */
    boolean isRemoved(ObjectReference pod) throws OutcomeException {
        return new PodApi(api)
                .find(pod.namespace(), pod.name(), Read.QUORUM)
                .map(Pod::getMetadata)
                .filter(now -> now.getUid().equals(pod.uid()) && now.getDeletionTimestamp() == null)
                .isEmpty();
    }

    private DeleteOptions options(ObjectMeta meta, Run run) {
        DeleteOptionsBuilder options = new DeleteOptionsBuilder()
                .withGracePeriodSeconds(grace.toSeconds())
                .withNewPreconditions()
                .withUid(meta.getUid())
                .withResourceVersion(meta.getResourceVersion())
                .endPreconditions();
        return run == Run.DRY ? options.withDryRun("All").build() : options.build();
    }
}
