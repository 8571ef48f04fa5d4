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
        return plan.isDone()
                ? skipped(
                        Reason.ALREADY_DONE,
                        "Pod " + Quarantine.name(pod) + " is cut off from "
                                + address.get().host() + " already")
                : Optional.empty();
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
            throw new ApiException(new Failed(
                    Reason.CONFLICT,
                    "Pod " + Quarantine.name(pod) + " cannot be cut off from " + address.host()
                            + ": NetworkPolicies only add up, and these let it through: "
                            + String.join(", ", plan.open())));
        }
        try {
            plan = extend(pod, plan, run);
            Pod marked = marking.put(alert, pod, new Marks(Scope.ADDRESS, _ -> Set.of(), Map.of()), run);
            return result(marked, address, plan);
        } catch (ApiException e) {
            if (run == Run.REAL && e.outcome() instanceof Skipped) {
                forget(pod);
            }
            throw e;
        }
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

    private void forget(Pod pod) throws ApiException {
        var left = policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod));
        if (left.isPresent()) {
            policies.remove(Policies.NETWORK_POLICIES, left.get(), Run.REAL);
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
