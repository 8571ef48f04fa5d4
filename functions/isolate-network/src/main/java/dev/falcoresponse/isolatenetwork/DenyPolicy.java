package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.Map;

/**
 * A policy beside the plain one that denies, and overrides what NetworkPolicies of others allow.
 *
 * <p>It denies everything but what the settings allow; the plain one allows that.
 */
interface DenyPolicy {
    Resource kind();

    /** The object to apply. */
    Map<String, Object> of(Pod pod);

    /** Whether a NetworkPolicy can still let somebody through to the pod. */
    default boolean isOverriddenBy(NetworkPolicy opening) {
        return false;
    }
}
