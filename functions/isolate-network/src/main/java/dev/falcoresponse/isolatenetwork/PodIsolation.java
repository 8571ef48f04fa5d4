package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.EnforcementProbe.Proof;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.isolatenetwork.QuarantineMarks.Marks;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.kubernetes.Selectors;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyList;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Isolates a pod from everyone, both ways, and removes the labels by which Services and its controller select it. */
final class PodIsolation implements Isolation {
    static final Reason ISOLATED = Reason.acted("isolated");

    private final ObjectApi api;
    private final Policies policies;
    private final LabelSelectorLookup selectors;
    private final QuarantineMarks marks;
    private final PlainPolicy plain;
    private final DenyPolicies denyPolicies;
    private final NetworkPlugin plugin;
    private final Optional<EnforcementProbe> probe;

    PodIsolation(
            ObjectApi api,
            Policies policies,
            AllowedTraffic allowed,
            boolean detach,
            QuarantineMarks marks,
            DenyPolicies denyPolicies,
            Optional<EnforcementProbe> probe) {
        this.api = api;
        this.policies = policies;
        this.selectors = new LabelSelectorLookup(api, detach);
        this.marks = marks;
        this.plain = new PlainPolicy(allowed);
        this.denyPolicies = denyPolicies;
        this.plugin = new NetworkPlugin(api);
        this.probe = probe;
    }

    @Override
    public String cooldownKey(Alert alert, Pod pod) {
        return Quarantine.uid(pod);
    }

    /** The pod is isolated when the policies are as they should be, no label selects it, and no address policy remains. */
    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws OutcomeException {
        if (!Quarantine.isMarked(pod) || !isIntact(Policies.NETWORK_POLICIES, pod, plain.of(pod))) {
            return Optional.empty();
        }
        Optional<DenyPolicy> deny = denyPolicies.policy();
        boolean denied =
                deny.isEmpty() || isIntact(deny.get().kind(), pod, deny.get().of(pod));
        if (!denied
                || policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod))
                        .isPresent()) {
            return Optional.empty();
        }
        Detachment detachment = selectors.of(pod);
        List<NetworkPolicy> all = list(pod);
        if (!detachment.labelsToRemove(pod, all).isEmpty()
                || probe.flatMap(each -> each.reachable(pod)).isPresent()) {
            return Optional.empty();
        }
        IsolatedPod isolated = new IsolatedPod(
                pod, detachment, open(pod, all, deny), deny, plugin.caveats(pod, false), Optional.empty());
        return Optional.of(
                new Skipped(Reason.ALREADY_DONE, "Already isolated: " + isolated.sentence(), isolated.details()));
    }

    @Override
    public boolean isMissing(Alert alert, Pod pod) throws OutcomeException {
        if (Quarantine.isOfScope(Scope.ADDRESS, pod)) {
            return false;
        }
        String name = Quarantine.policyName(pod);
        Optional<DenyPolicy> deny = denyPolicies.policy();
        return !Quarantine.isMarked(pod)
                || policies.find(Policies.NETWORK_POLICIES, pod, name).isEmpty()
                || (deny.isPresent()
                        && policies.find(deny.get().kind(), pod, name).isEmpty());
    }

    private boolean isIntact(Resource kind, Pod pod, Map<String, Object> wanted) throws OutcomeException {
        return policies.find(kind, pod, Quarantine.policyName(pod))
                .filter(found -> SpecComparison.includes(wanted.get("spec"), found.get("spec")))
                .isPresent();
    }

    /** The policies come first: they match no pod until the patch that removes the labels adds theirs. */
    @Override
    public Change make(Alert alert, Pod pod, Run run) throws OutcomeException {
        Optional<DenyPolicy> deny = denyPolicies.policy();
        Detachment detachment = selectors.of(pod);
        List<NetworkPolicy> before = list(pod);
        boolean known = before.stream().anyMatch(policy -> Quarantine.isOurs(policy, pod));
        if (deny.isEmpty()) {
            UnlimitedTraffic.requireNone(pod, detachment.labelsToRemove(pod, before), before);
        }
        Optional<InetSocketAddress> reachable =
                run == Run.REAL ? probe.flatMap(each -> each.reachable(pod)) : Optional.empty();
        QuarantineMarks.Marked marked;
        try {
            apply(pod, deny, run);
            Marks wanted = new Marks(
                    Scope.POD,
                    each -> detachment.labelsToRemove(each, before),
                    Pods.controller(pod).map(Owner::text),
                    deny.map(each -> each.kind().text()),
                    known,
                    false);
            marked = marks.put(alert, pod, wanted, detachment, run);
        } catch (OutcomeException e) {
            removeUnused(pod, deny, known, run, e.outcome());
            throw e;
        }
        return isolated(marked.pod(), marked.detachment(), before, deny, reachable, run);
    }

    /** The pod is isolated: the answer says so even if a later step fails. */
    private Change isolated(
            Pod marked,
            Detachment detachment,
            List<NetworkPolicy> before,
            Optional<DenyPolicy> deny,
            Optional<InetSocketAddress> reachable,
            Run run)
            throws OutcomeException {
        try {
            // the address policy lets everything through but some addresses
            policies.removeIfPresent(Policies.NETWORK_POLICIES, marked, Quarantine.addressPolicyName(marked), run);
            List<NetworkPolicy> after = run == Run.REAL ? ensured(marked, deny) : before;
            Optional<Proof> proof = Optional.empty();
            if (run == Run.REAL && probe.isPresent()) {
                proof = Optional.of(probe.get().requireClosed(marked, reachable));
            }
            IsolatedPod isolated = new IsolatedPod(
                    marked,
                    detachment,
                    open(marked, after, deny),
                    deny,
                    plugin.caveats(marked, run == Run.REAL),
                    proof);
            return new Change(
                    ISOLATED, run.verb("Isolated", "isolate") + " " + isolated.sentence(), isolated.details());
        } catch (OutcomeException e) {
            throw e.afterChange();
        }
    }

    /** Policies for a pod that is gone, or that could not be marked, match nothing. */
    private void removeUnused(Pod pod, Optional<DenyPolicy> deny, boolean known, Run run, Outcome outcome)
            throws OutcomeException {
        boolean gone = outcome instanceof Skipped;
        boolean refused = outcome.reason().equals(Reason.REFUSED_BY_ADMISSION) && !known;
        if (run == Run.REAL && (gone || refused)) {
            policies.removeIfPresent(Policies.NETWORK_POLICIES, pod, Quarantine.policyName(pod), run);
            if (deny.isPresent()) {
                policies.removeIfPresent(deny.get().kind(), pod, Quarantine.policyName(pod), run);
            }
        }
    }

    /** All policies as they are now. A release at the same time may have removed ours: they are applied again. */
    private List<NetworkPolicy> ensured(Pod pod, Optional<DenyPolicy> deny) throws OutcomeException {
        List<NetworkPolicy> all = list(pod);
        boolean present = all.stream().anyMatch(policy -> Quarantine.isOurs(policy, pod));
        boolean denied = deny.isEmpty()
                || policies.find(deny.get().kind(), pod, Quarantine.policyName(pod))
                        .isPresent();
        if (present && denied) {
            return all;
        }
        apply(pod, deny, Run.REAL);
        return list(pod);
    }

    private void apply(Pod pod, Optional<DenyPolicy> deny, Run run) throws OutcomeException {
        String name = Quarantine.policyName(pod);
        policies.apply(Policies.NETWORK_POLICIES, pod, name, plain.of(pod), run);
        if (deny.isPresent()) {
            policies.apply(deny.get().kind(), pod, name, deny.get().of(pod), run);
        }
    }

    private List<NetworkPolicy> list(Pod pod) throws OutcomeException {
        return api.list(
                Policies.NETWORK_POLICIES,
                pod.getMetadata().getNamespace(),
                "",
                NetworkPolicyList.class,
                ObjectApi::light);
    }

    /** The policies of others that still let something through: NetworkPolicies add up. */
    private static List<String> open(Pod marked, List<NetworkPolicy> all, Optional<DenyPolicy> deny) {
        return all.stream()
                .filter(policy -> Selectors.selects(policy.getSpec().getPodSelector(), Quarantine.labels(marked)))
                .filter(policy -> !Quarantine.isOurs(policy, marked))
                .filter(policy -> DirectionRules.ingress(policy).admitAnyone()
                        || DirectionRules.egress(policy).admitAnyone())
                .filter(policy -> deny.isEmpty() || deny.get().isOverriddenBy(policy))
                .map(policy -> policy.getMetadata().getName())
                .sorted()
                .toList();
    }
}
