package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible.Adapted;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.isolatenetwork.NetworkPlugin.Caveats;
import dev.falcoresponse.isolatenetwork.QuarantineMarks.Marks;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Isolates a pod from the remote address of an alert, and from nobody else.
 *
 * <p>NetworkPolicies can only allow, so this one allows everyone but that address. In a direction that other policies govern
 * it would open what they keep closed: there it says nothing, and the record names who lets the address through. When a policy
 * of others is added later, the next alert or the clock's next event, whichever comes first, takes that direction back.
 */
final class AddressIsolation implements Isolation {
    static final Reason BLOCKED = Reason.acted("address-blocked");

    /** How often the policy is read again because another alert extended it in between. */
    private static final int ATTEMPTS = 5;

    private final AddressPolicies policies;
    private final AddressAdaptation adaptation;
    private final QuarantineMarks marks;
    private final ClusterAddresses clusterAddresses;
    private final NetworkPlugin plugin;

    /** @param namespaces where the function may act; empty: everywhere */
    AddressIsolation(
            ObjectApi api,
            PodApi pods,
            Policies policies,
            PodPatcher patcher,
            QuarantineMarks marks,
            List<String> namespaces) {
        this.policies = new AddressPolicies(api, policies, patcher);
        this.adaptation = new AddressAdaptation(
                this.policies, pods, namespaces.isEmpty() ? List.of("") : List.copyOf(namespaces));
        this.marks = marks;
        this.clusterAddresses = new ClusterAddresses(api, System::nanoTime);
        this.plugin = new NetworkPlugin(api);
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
        Optional<String> owner = clusterAddresses.owner(address.get(), pod);
        if (owner.isPresent()) {
            return skipped(
                    Reason.NOT_FOUND,
                    "Address " + address.get().host() + " is inside the cluster, " + owner.get()
                            + "; only addresses outside can be blocked");
        }
        return isDone(pod, policies.plan(pod, address))
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
                && policies.find(pod)
                        .filter(found ->
                                SpecComparison.includes(plan.policy(pod).get("spec"), found.get("spec")))
                        .isPresent();
    }

    private static Optional<Outcome> skipped(Reason reason, String message) {
        return Optional.of(new Skipped(reason, message));
    }

    /** Which address a missing policy was for, nobody knows any more. */
    @Override
    public boolean isMissing(Alert alert, Pod pod) throws OutcomeException {
        AddressPlan plan = policies.plan(pod, RemoteAddress.of(alert, pod));
        return !plan.types().isEmpty()
                && !Quarantine.isOfScope(Scope.POD, pod)
                && !(plan.isPresent() && Quarantine.isMarked(pod));
    }

    @Override
    public Change make(Alert alert, Pod pod, Run run) throws OutcomeException {
        Cidr address = RemoteAddress.of(alert, pod).orElseThrow();
        AddressPlan plan = policies.plan(pod, Optional.of(address));
        if (plan.types().isEmpty()) {
            return leaveToOthers(pod, address, plan, run);
        }
        Marks wanted =
                new Marks(Scope.ADDRESS, _ -> Set.of(), Optional.empty(), Optional.empty(), plan.isPresent(), false);
        try {
            plan = extend(pod, address, plan, run);
            return change(mark(alert, pod, wanted, run), address, plan, run);
        } catch (OutcomeException e) {
            if (run == Run.REAL && e.outcome() instanceof Skipped) {
                policies.remove(pod, run);
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
    private Change leaveToOthers(Pod pod, Cidr address, AddressPlan plan, Run run) throws OutcomeException {
        Pod left = plan.isPresent() ? policies.takeBack(pod, run) : pod;
        if (!plan.isClosedByOthers()) {
            List<String> earlier = plan.exceptions().stream()
                    .filter(each -> !each.equals(address.toString()))
                    .toList();
            throw new OutcomeException(Failed.retryable(
                    Reason.CONFLICT,
                    "Pod " + Pods.name(pod) + " cannot be isolated from " + address.host()
                            + ": NetworkPolicies only add up, and these let it through: "
                            + String.join(", ", plan.open())
                            + (plan.isPresent()
                                    ? "; earlier blocks were taken back: " + String.join(", ", earlier)
                                    : "")));
        }
        return change(left, address, plan, run);
    }

    @Override
    public List<Adapted<Pod>> adapt() throws OutcomeException {
        return adaptation.adapt();
    }

    /** The exceptions of two alerts at once must both stay: after a conflict the policy is read again. */
    private AddressPlan extend(Pod pod, Cidr address, AddressPlan first, Run run) throws OutcomeException {
        AddressPlan plan = first;
        for (int attempt = 1; ; attempt++) {
            try {
                policies.write(pod, plan, run);
                return plan;
            } catch (ConflictException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                plan = policies.plan(pod, Optional.of(address));
            }
        }
    }

    private Caveats caveats(Pod marked, AddressPlan plan, Run run) throws OutcomeException {
        try {
            return plan.types().isEmpty() ? Caveats.NONE : plugin.caveats(marked, run == Run.REAL);
        } catch (OutcomeException e) {
            throw run == Run.REAL ? e.afterChange() : e; // the policy was written
        }
    }

    private Change change(Pod marked, Cidr blocked, AddressPlan plan, Run run) throws OutcomeException {
        Caveats caveats = caveats(marked, plan, run);
        String address = blocked.host();
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
        details.putAll(caveats.details());
        return new Change(
                BLOCKED,
                run.verb("Blocked", "block") + " " + address + " " + plan.directions() + " for pod " + Pods.name(marked)
                        + " (uid " + Quarantine.uid(marked) + ")" + RemainingTraffic.sentence(plan.open())
                        + caveats.sentence(),
                details);
    }
}
