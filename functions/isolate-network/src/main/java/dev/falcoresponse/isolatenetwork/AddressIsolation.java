package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.isolatenetwork.QuarantineMarks.Marks;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Isolates a pod from the remote address of an alert, and from nobody else.
 *
 * <p>NetworkPolicies can only allow, so this one allows everyone but that address. In a direction that other policies govern
 * it would open what they keep closed: there it says nothing, and the record names who lets the address through.
 */
final class AddressIsolation implements Isolation {
    static final Reason BLOCKED = Reason.acted("address-blocked");

    /** How often the policy is read again because another alert extended it in between. */
    private static final int ATTEMPTS = 5;

    private final ObjectApi api;
    private final Policies policies;
    private final QuarantineMarks marks;
    private final ClusterAddresses clusterAddresses;

    AddressIsolation(ObjectApi api, Policies policies, QuarantineMarks marks) {
        this.api = api;
        this.policies = policies;
        this.marks = marks;
        this.clusterAddresses = new ClusterAddresses(api, System::nanoTime);
    }

    @Override
    public String cooldownKey(Alert alert, Pod pod) {
        return Quarantine.uid(pod)
                + RemoteAddress.of(alert, pod)
                        .map(address -> " and address " + address.host())
                        .orElse("");
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws OutcomeException {
        Optional<Cidr> address = RemoteAddress.of(alert, pod);
        if (address.isEmpty()) {
            return skipped(Reason.NOT_FOUND, "The alert names no remote address (fd.rip, fd.sip, fd.name)");
        }
        Optional<String> owner = clusterAddresses.owner(address.get());
        if (owner.isPresent()) {
            return skipped(
                    Reason.NOT_FOUND,
                    "Address " + address.get().host() + " is inside the cluster, " + owner.get()
                            + "; only addresses outside can be blocked");
        }
        return isDone(pod, plan(pod, address.get()))
                ? skipped(
                        Reason.ALREADY_DONE,
                        "Pod " + Pods.name(pod) + " is isolated from "
                                + address.get().host() + " already")
                : Optional.empty();
    }

    private boolean isDone(Pod pod, AddressPlan plan) throws OutcomeException {
        if (!plan.isPresent()) {
            return plan.isClosedByOthers();
        }
        return Quarantine.isMarked(pod)
                && !plan.types().isEmpty()
                && policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod))
                        .filter(found ->
                                SpecComparison.includes(plan.policy(pod).get("spec"), found.get("spec")))
                        .isPresent();
    }

    private static Optional<Outcome> skipped(Reason reason, String message) {
        return Optional.of(new Skipped(reason, message));
    }

    private AddressPlan plan(Pod pod, Cidr address) throws OutcomeException {
        List<NetworkPolicy> all = api.list(
                        Policies.NETWORK_POLICIES, pod.getMetadata().getNamespace(), NetworkPolicyList.class)
                .getItems();
        return AddressPlan.of(pod, address, all);
    }

    @Override
    public Change make(Alert alert, Pod pod, Run run) throws OutcomeException {
        Cidr address = RemoteAddress.of(alert, pod).orElseThrow();
        AddressPlan plan = plan(pod, address);
        if (plan.types().isEmpty()) {
            return leaveToOthers(pod, plan, run);
        }
        Marks wanted =
                new Marks(Scope.ADDRESS, _ -> Set.of(), Optional.empty(), Optional.empty(), plan.isPresent(), false);
        try {
            plan = extend(pod, plan, run);
            return change(mark(alert, pod, wanted, run), plan, run);
        } catch (OutcomeException e) {
            if (run == Run.REAL && e.outcome() instanceof Skipped) {
                removePolicy(pod, run);
            }
            throw e;
        }
    }

    private Pod mark(Alert alert, Pod pod, Marks wanted, Run run) throws OutcomeException {
        try {
            return marks.put(alert, pod, wanted, run);
        } catch (ConflictException e) {
            throw e.afterChange(); // the policy was written
        }
    }

    /** Where others govern both directions, a policy of ours could only open what they keep closed: it is removed. */
    private Change leaveToOthers(Pod pod, AddressPlan plan, Run run) throws OutcomeException {
        if (plan.isPresent()) {
            removePolicy(pod, run);
        }
        if (!plan.isClosedByOthers()) {
            throw new OutcomeException(Failed.retryable(
                    Reason.CONFLICT,
                    "Pod " + Pods.name(pod) + " cannot be isolated from "
                            + plan.address().host() + ": NetworkPolicies only add up, and these let it through: "
                            + String.join(", ", plan.open())));
        }
        return change(pod, plan, run);
    }

    /** The exceptions of two alerts at once must both stay: after a conflict the policy is read again. */
    private AddressPlan extend(Pod pod, AddressPlan first, Run run) throws OutcomeException {
        AddressPlan plan = first;
        for (int attempt = 1; ; attempt++) {
            try {
                write(pod, plan, run);
                return plan;
            } catch (ConflictException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                plan = plan(pod, first.address());
            }
        }
    }

    private void write(Pod pod, AddressPlan plan, Run run) throws OutcomeException {
        if (plan.isPresent()) {
            policies.apply(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod), plan.policy(pod), run);
        } else {
            policies.create(Policies.NETWORK_POLICIES, pod, plan.policy(pod), run);
        }
    }

    private void removePolicy(Pod pod, Run run) throws OutcomeException {
        policies.removeIfPresent(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod), run);
    }

    private static Change change(Pod marked, AddressPlan plan, Run run) {
        String address = plan.address().host();
        Map<String, Object> details = new HashMap<>(Map.of(
                "scope", "address",
                "address", address,
                "addresses", plan.exceptions(),
                "policy", Quarantine.addressPolicyName(marked),
                "directions", plan.types(),
                "stillAllowedBy", plan.open(),
                "establishedConnections", RemainingTraffic.ESTABLISHED));
        Optional.ofNullable(Quarantine.annotations(marked).get(Quarantine.EXPIRES_AT))
                .ifPresent(expiry -> details.put("expiresAt", expiry));
        return new Change(
                BLOCKED,
                run.verb("Blocked", "block") + " " + address + " for pod " + Pods.name(marked) + " (uid "
                        + Quarantine.uid(marked) + ")" + RemainingTraffic.sentence(plan.open()),
                details);
    }
}
