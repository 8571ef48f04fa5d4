package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ObjectApi;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyList;
import java.util.List;
import java.util.Optional;

/** Reads, writes and removes the policies that block addresses. */
record AddressPolicies(ObjectApi api, Policies policies, PodPatcher patcher) {
    AddressPlan plan(Pod pod, Optional<Cidr> address) throws OutcomeException {
        return AddressPlan.of(pod, address, list(pod.getMetadata().getNamespace()));
    }

    List<NetworkPolicy> list(String namespace) throws OutcomeException {
        return api.list(Policies.NETWORK_POLICIES, namespace, "", NetworkPolicyList.class, ObjectApi::light);
    }

    Optional<GenericKubernetesResource> find(Pod pod) throws OutcomeException {
        return policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod));
    }

    /** The marks go first, as with every release. */
    Pod takeBack(Pod pod, Run run) throws OutcomeException {
        boolean isolated = policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.policyName(pod))
                .isPresent();
        Pod left = Quarantine.isTouched(pod) && !isolated ? patcher.patch(pod, Release.patch(pod), run) : pod;
        remove(pod, run);
        return left;
    }

    void write(Pod pod, AddressPlan plan, Run run) throws OutcomeException {
        if (plan.isPresent()) {
            policies.apply(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod), plan.policy(pod), run);
        } else {
            policies.create(Policies.NETWORK_POLICIES, pod, plan.policy(pod), run);
        }
    }

    void remove(Pod pod, Run run) throws OutcomeException {
        policies.removeIfPresent(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod), run);
    }
}
