package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.Map;

/**
 * A policy that denies, beside the plain one: whatever other NetworkPolicies allow, it beats.
 *
 * <p>It denies everything but what the settings allow; to allow that is left to the plain one.
 */
interface DenyPolicy {
    Resource kind();

    /** The object to apply. */
    Map<String, Object> of(Pod pod);

    /** Whether a NetworkPolicy that opens the pod can still let someone through. */
    default boolean isBeatenBy(NetworkPolicy opening) {
        return false;
    }
}
