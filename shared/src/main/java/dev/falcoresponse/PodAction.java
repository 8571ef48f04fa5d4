package dev.falcoresponse;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.Set;

/** An action on the very pod that alerted. */
public non-sealed interface PodAction extends Action {
    /** What an action does to a pod, and so which guards are asked. */
    enum Effect {
        CHANGE,
        /** It only looks: a pod that is leaving, or that nobody may touch, is no reason not to. */
        READ,
        /** It takes back what was done: rule, priority and age of the alert that led to it do not matter any more. */
        UNDO
    }

    default Effect effect() {
        return Effect.CHANGE;
    }

    /** The types of the CloudEvents with which people ask for it; their data has {@code namespace} and {@code pod}. */
    default Set<String> requests() {
        return Set.of();
    }

    /**
     * What the action itself has against it, once every other guard agrees: there is nothing left to do, for example.
     *
     * @throws ApiException when the API server could not be asked
     */
    default Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException {
        return Optional.empty();
    }

    /** What must not be done twice within the cool-down: by default, this action on this pod. */
    default String deed(Alert alert, Pod pod) {
        return pod.getMetadata().getUid();
    }

    /**
     * Makes the change, with the pod's uid as its precondition.
     *
     * @throws ApiException when the API server did not do it
     */
    Outcome act(Alert alert, Pod pod) throws ApiException;

    /**
     * Sends the same change as a server-side dry run.
     *
     * @throws ApiException when the API server would not do it
     */
    Outcome preview(Alert alert, Pod pod) throws ApiException;
}
