package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reversible.Adapted;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;

/** One way to isolate a pod. */
interface Isolation {
    /** The reason not to do it: there is nothing to isolate from, or nothing left to do. */
    Optional<Outcome> refusal(Alert alert, Pod pod) throws OutcomeException;

    /** Whether a part of this isolation is missing on a pod that was isolated. */
    boolean isMissing(Alert alert, Pod pod) throws OutcomeException;

    /** Adapts isolations to the policies that others have now, as far as they need it. */
    default List<Adapted<Pod>> adapt() throws OutcomeException {
        return List.of();
    }

    /** What must not be done twice within the cool-down. */
    String cooldownKey(Alert alert, Pod pod);

    /** Isolates the pod, or lets the server try it. */
    Change make(Alert alert, Pod pod, Run run) throws OutcomeException;
}
