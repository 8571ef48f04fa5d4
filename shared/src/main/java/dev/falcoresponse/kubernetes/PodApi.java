package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.action.Reason.NOT_FOUND;
import static dev.falcoresponse.action.Reason.UNAVAILABLE;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/** Reads pods. */
public final class PodApi {
    private final ApiClient api;

    public PodApi(ApiClient api) {
        this.api = api;
    }

    /**
     * The pod of that name, whatever its uid; both names must be valid.
     *
     * @throws OutcomeException as skipped/not-found when there is none, as failed otherwise
     */
    public Pod get(String namespace, String name, Read read) throws OutcomeException {
        String version = read == Read.CACHED ? "?resourceVersion=0" : "";
        Pod pod = api.read(Call.on(Resource.PODS, "GET", "get", namespace, name, version), Pod.class);
        if (pod.getMetadata() == null || !name.equals(pod.getMetadata().getName())) {
            throw new OutcomeException(
                    Failed.retryable(UNAVAILABLE, "The API server answered with something that is no pod"));
        }
        return pod;
    }

    /**
     * The pod of that name; empty when there is none.
     *
     * @throws OutcomeException as failed
     */
    public Optional<Pod> find(String namespace, String name, Read read) throws OutcomeException {
        try {
            return Optional.of(get(namespace, name, read));
        } catch (OutcomeException e) {
            if (e.outcome().reason().equals(NOT_FOUND)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Loads the classes that the first alert needs. */
    public void warmUp() {
        api.warmUp(
                Pod.class,
                new DeleteOptionsBuilder()
                        .withNewPreconditions()
                        .endPreconditions()
                        .build());
    }
}
