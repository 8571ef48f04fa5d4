package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.isolatenetwork.Policies.Held;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/**
 * Releases a pod. Its labels come first: with the mark the pod leaves our policy, and with its labels it comes under those of
 * others again, in one step. Only then the policies are removed, so that nobody can reach the pod in between who could not
 * before. After a crash the steps can be repeated.
 */
record ReleaseSteps(Policies policies, PodPatcher patcher, DenyPolicies denyPolicies) {
    static final Reason RELEASED = Reason.acted("released");

    Change release(Pod pod, Run run) throws OutcomeException {
        List<Held> held = policies.heldBy(pod, denyPolicies.kinds());
        if (!Quarantine.isTouched(pod) && held.isEmpty()) {
            throw new OutcomeException(
                    new Skipped(Reason.NOTHING_TO_UNDO, "Pod " + Pods.name(pod) + " is not isolated, or no longer"));
        }
        Pod released = Quarantine.isTouched(pod) ? patcher.patch(pod, Release.patch(pod), run) : pod;
        try {
            for (Held each : held) {
                policies.remove(each.kind(), each.policy(), run);
            }
        } catch (OutcomeException e) {
            throw e.afterChange();
        }
        Release done = new Release(pod, released, held);
        return new Change(RELEASED, run.verb("Released", "release") + done.sentence(), done.details());
    }
}
