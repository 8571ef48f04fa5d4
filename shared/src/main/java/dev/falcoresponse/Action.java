package dev.falcoresponse;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.Permission;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/** What a function gives: one change to the very pod that alerted. */
public interface Action {
    /** The action's name in kebab-case, as in its folder, image, record and CloudEvents. */
    String name();

    /** What the function must be allowed to do; readiness asks the API server for each. */
    List<Permission> permissions();

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
