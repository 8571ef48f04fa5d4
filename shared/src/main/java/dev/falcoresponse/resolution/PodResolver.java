package dev.falcoresponse.resolution;

import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Read;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/** Finds the very pod that alerted: the name leads to a pod, the identity tells whether it is the one. */
public final class PodResolver {
    private final ApiServer api;

    public PodResolver(ApiServer api) {
        this.api = api;
    }

    /**
     * Reads the pod that the alert names; once more, and from the store itself, when the watch cache disagrees.
     *
     * @throws ApiException when the API server could not be asked
     */
    public Resolution resolve(Alert alert) throws ApiException {
        Resolution cached = look(alert, Read.CACHED);
        return cached instanceof Resolution.Lost ? look(alert, Read.QUORUM) : cached;
    }

    private Resolution look(Alert alert, Read read) throws ApiException {
        PodReference named = alert.pod();
        Pod pod;
        try {
            pod = api.pod(named.namespace(), named.name(), read);
        } catch (ApiException e) {
            if (e.outcome() instanceof Skipped) {
                return new Resolution.Lost(e.outcome());
            }
            throw e;
        }
        Optional<String> difference = Identity.difference(alert, pod);
        if (difference.isPresent()) {
            return new Resolution.Lost(new Skipped(
                    Reason.REPLACED,
                    "Pod " + named + " is another one than the one that alerted: " + difference.get()));
        }
        return new Resolution.Found(pod);
    }
}
