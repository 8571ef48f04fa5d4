package dev.falcoresponse.resolution;

import dev.falcoresponse.Outcome;
import io.fabric8.kubernetes.api.model.Pod;

/** What looking for the pod that alerted came to. */
public sealed interface Resolution {
    /** This is the pod that alerted. */
    record Found(Pod pod) implements Resolution {}

    /** It is not there any more. */
    record Lost(Outcome outcome) implements Resolution {}
}
