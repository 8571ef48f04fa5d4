package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.isolatenetwork.Marking.Marks;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.quarantine.Policies;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts a pod off from the remote address of an alert, and from nobody else.
 *
 * <p>NetworkPolicies can only allow, so this one allows everyone but that address. In a direction that other policies
 * govern already that would open what they keep closed: there it says nothing, and tells who lets the address through.
 */
final class AddressCut implements Cut {
    /** How often the policy is read again because another alert extended it meanwhile. */
    private static final int ATTEMPTS = 5;

    private final ApiServer api;
    private final Policies policies;
    private final Marking marking;
    private final InsideCluster inside;

    AddressCut(ApiServer api, Marking marking) {
        this.api = api;
        this.policies = new Policies(api);
        this.marking = marking;
        this.inside = new InsideCluster(api);
    }

    @Override
    public String deed(Alert alert, Pod pod) {
        return Quarantine.uid(pod)
                + RemoteAddress.of(alert, pod)
                        .map(address -> " and address " + address.host())
                        .orElse("");
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException {
        Optional<Cidr> address = RemoteAddress.of(alert, pod);
        if (address.isEmpty()) {
            return skipped(Reason.NOT_FOUND, "The alert names no remote address (fd.rip, fd.sip, fd.name)");
        }
        Optional<String> owner = inside.whose(address.get());
        if (owner.isPresent()) {
            return skipped(
                    Reason.NOT_FOUND,
                    "Address " + address.get().host() + " is inside the cluster, " + owner.get()
                            + "; only addresses outside can be blocked");
        }
        AddressPlan plan = plan(pod, address.get());
        return isDone(pod, plan)
                ? skipped(
                        Reason.ALREADY_DONE,
                        "Pod " + Quarantine.name(pod) + " is cut off from "
                                + address.get().host() + " already")
                : Optional.empty();
    }

    private boolean isDone(Pod pod, AddressPlan plan) throws ApiException {
        if (!plan.isThere()) {
            return plan.isClosedByOthers();
        }
        return Quarantine.isMarked(pod)
                && !plan.types().isEmpty()
                && policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod))
                        .filter(found -> Intact.holds(plan.policy(pod).get("spec"), found.get("spec")))
                        .isPresent();
    }

    private static Optional<Outcome> skipped(Reason reason, String message) {
        return Optional.of(new Skipped(reason, message));
    }

    private AddressPlan plan(Pod pod, Cidr address) throws ApiException {
        List<NetworkPolicy> all = api.list(
                        Policies.NETWORK_POLICIES, pod.getMetadata().getNamespace(), NetworkPolicyList.class)
                .getItems();
        return AddressPlan.of(pod, address, all);
    }

    @Override
    public Result make(Alert alert, Pod pod, Run run) throws ApiException {
        Cidr address = RemoteAddress.of(alert, pod).orElseThrow();
        AddressPlan plan = plan(pod, address);
        if (plan.types().isEmpty()) {
            return leaveToOthers(pod, address, plan, run);
        }
        Marks marks =
                new Marks(Scope.ADDRESS, _ -> Set.of(), Optional.empty(), Optional.empty(), plan.isThere(), false);
        try {
            plan = extend(pod, plan, run);
            Pod marked = marking.put(alert, pod, marks, run);
            return result(marked, address, plan);
        } catch (ApiException e) {
            if (run == Run.REAL && e.outcome() instanceof Skipped) {
                forget(pod, run);
            }
            throw e;
        }
    }

    /** Where others govern both directions, a policy of ours could only open what they keep closed: it goes. */
    private Result leaveToOthers(Pod pod, Cidr address, AddressPlan plan, Run run) throws ApiException {
        if (plan.isThere()) {
            forget(pod, run);
        }
        if (!plan.isClosedByOthers()) {
            throw new ApiException(new Failed(
                    Reason.CONFLICT,
                    "Pod " + Quarantine.name(pod) + " cannot be cut off from " + address.host()
                            + ": NetworkPolicies only add up, and these let it through: "
                            + String.join(", ", plan.open())));
        }
        return result(pod, address, plan);
    }

    /** The exceptions of two alerts at once must both stay: whoever comes second reads again. */
    private AddressPlan extend(Pod pod, AddressPlan first, Run run) throws ApiException {
        AddressPlan plan = first;
        for (int attempt = 1; ; attempt++) {
            try {
                write(pod, plan, run);
                return plan;
            } catch (ApiException e) {
                if (e.outcome().reason() != Reason.CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
                plan = plan(pod, first.address());
            }
        }
    }

    private void write(Pod pod, AddressPlan plan, Run run) throws ApiException {
        String namespace = pod.getMetadata().getNamespace();
        Map<String, Object> policy = plan.policy(pod);
        if (plan.version().isEmpty()) {
            api.create(Policies.NETWORK_POLICIES, namespace, policy, PodCut.FIELD_MANAGER, run);
        } else {
            String name = Quarantine.addressPolicyName(pod);
            policies.find(Policies.NETWORK_POLICIES, pod, name);
            api.apply(Policies.NETWORK_POLICIES, namespace, name, policy, PodCut.FIELD_MANAGER, true, run);
        }
    }

    private void forget(Pod pod, Run run) throws ApiException {
        var left = policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod));
        if (left.isPresent()) {
            policies.remove(Policies.NETWORK_POLICIES, left.get(), run);
        }
    }

    private static Result result(Pod marked, Cidr address, AddressPlan plan) {
        Map<String, Object> details = new HashMap<>(Map.of(
                "scope", "address",
                "address", address.host(),
                "addresses", plan.exceptions(),
                "policy", Quarantine.addressPolicyName(marked),
                "directions", plan.types(),
                "stillAllowedBy", plan.open(),
                "establishedConnections", Reach.ESTABLISHED));
        Optional.ofNullable(Quarantine.annotations(marked).get(Quarantine.EXPIRES_AT))
                .ifPresent(expiry -> details.put("expiresAt", expiry));
        return new Result(
                address.host() + " for pod " + Quarantine.name(marked) + " (uid " + Quarantine.uid(marked) + ")"
                        + Reach.sentence(plan.open()),
                details);
    }
}
