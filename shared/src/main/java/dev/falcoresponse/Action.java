package dev.falcoresponse;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.Permission;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a function gives: one change to the very pod that alerted. */
public interface Action {
    /** What an action does to a pod, and so which guards are asked. */
    enum Effect {
        CHANGE,
        /** It only looks: a pod that is leaving, or that nobody may touch, is no reason not to. */
        READ,
        /** It takes back what was done: rule, priority and age of the alert that led to it do not matter any more. */
        UNDO
    }

    /** The action's name in kebab-case, as in its folder, image, record and CloudEvents. */
    String name();

    default Effect effect() {
        return Effect.CHANGE;
    }

    /** The types of the CloudEvents with which people ask for it; their data has {@code namespace} and {@code pod}. */
    default Set<String> requests() {
        return Set.of();
    }

    /** What the function must be allowed to do; readiness asks the API server for each. */
    List<Permission> permissions();

    /**
     * What else keeps it from doing its work, as the rest of a sentence; readiness asks for it.
     *
     * @throws ApiException when the API server could not be asked
     */
    default Optional<String> obstacle() throws ApiException {
        return Optional.empty();
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
