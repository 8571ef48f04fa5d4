package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reversible.Adapted;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Adapts the policies that block addresses to what others have done since.
 *
 * @param namespaces where the function may act; the empty text stands for all
 */
record AddressAdaptation(AddressPolicies policies, PodApi pods, List<String> namespaces) {
    private static final Logger LOG = Logger.getLogger(AddressAdaptation.class);

    /** Policies that others have added or removed since: ours says nothing in a direction that they govern. */
    List<Adapted<Pod>> adapt() throws OutcomeException {
        List<Adapted<Pod>> adapted = new ArrayList<>();
        for (String namespace : namespaces) {
            List<NetworkPolicy> all = policies.list(namespace);
            for (NetworkPolicy policy : all) {
                Optional<Pod> pod = blockedPod(policy);
                if (pod.isPresent()) {
                    adapt(pod.get(), policy, all)
                            .map(change -> new Adapted<>(pod.get(), change))
                            .ifPresent(adapted::add);
                }
            }
        }
        return adapted;
    }

    /** The pod that an address policy of ours is for. */
    private Optional<Pod> blockedPod(NetworkPolicy policy) throws OutcomeException {
        ObjectMeta meta = policy.getMetadata();
        if (!meta.getName().endsWith(Quarantine.ADDRESSES)
                || !meta.getName().startsWith("falco-response-")
                || meta.getOwnerReferences().isEmpty()
                || !KubernetesNames.isName(meta.getOwnerReferences().getFirst().getName())) {
            return Optional.empty();
        }
        return pods.find(
                        meta.getNamespace(),
                        meta.getOwnerReferences().getFirst().getName(),
                        Read.QUORUM)
                .filter(pod -> Quarantine.isOurs(policy, pod));
    }

    private Optional<Change> adapt(Pod pod, NetworkPolicy policy, List<NetworkPolicy> all) throws OutcomeException {
        List<NetworkPolicy> near = all.stream()
                .filter(each -> each.getMetadata()
                        .getNamespace()
                        .equals(pod.getMetadata().getNamespace()))
                .toList();
        AddressPlan plan = AddressPlan.of(pod, Optional.empty(), near);
        if (plan.types().equals(policy.getSpec().getPolicyTypes())) {
            return Optional.empty();
        }
        try {
            if (plan.types().isEmpty()) {
                policies.takeBack(pod, Run.REAL);
            } else {
                policies.write(pod, plan, Run.REAL);
            }
        } catch (ConflictException e) {
            LOG.debugf("An alert changes the policy of pod %s at the same time", Pods.name(pod));
            return Optional.empty();
        }
        return Optional.of(adapted(pod, plan));
    }

    private static Change adapted(Pod pod, AddressPlan plan) {
        String addresses = String.join(", ", plan.exceptions());
        Map<String, Object> details = Map.of(
                "scope", "address",
                "addresses", plan.exceptions(),
                "directions", plan.types(),
                "stillAllowedBy", plan.open());
        String since = " for pod " + Pods.name(pod) + ", since NetworkPolicies of others have changed";
        if (!plan.types().isEmpty()) {
            return new Change(
                    AddressIsolation.BLOCKED,
                    "Blocks " + addresses + " " + plan.directions() + " now" + since,
                    details);
        }
        return new Change(
                ReleaseSteps.RELEASED,
                "Took back the block of " + addresses + since
                        + (plan.open().isEmpty()
                                ? ": they block it both ways"
                                : ": they let it through: " + String.join(", ", plan.open())),
                details);
    }
}
