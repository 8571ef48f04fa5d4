package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.isolatenetwork.Marking.Marks;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Policies;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Cuts a pod off from everyone, both ways, and lets go of it whoever knows it by its labels. */
final class PodCut implements Cut {
    static final String FIELD_MANAGER = "falco-response-isolate-network";

    private final ApiServer api;
    private final Policies policies;
    private final Handles handles;
    private final Marking marking;
    private final PlainPolicy plain;
    private final Denial denial;

    PodCut(ApiServer api, IsolateNetworkSettings settings, Marking marking, Denial denial) {
        this.api = api;
        this.policies = new Policies(api);
        this.handles = new Handles(api, settings.detach());
        this.marking = marking;
        this.plain = new PlainPolicy(settings);
        this.denial = denial;
    }

    @Override
    public String deed(Alert alert, Pod pod) {
        return Quarantine.uid(pod);
    }

    /** Done is what would not be done again: the policies stand, nobody knows the pod by a label, none is in the way. */
    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException {
        if (!Quarantine.isMarked(pod) || !isIntact(Policies.NETWORK_POLICIES, pod, plain.of(pod))) {
            return Optional.empty();
        }
        Optional<DenyPolicy> deny = denial.policy();
        boolean denied =
                deny.isEmpty() || isIntact(deny.get().kind(), pod, deny.get().of(pod));
        if (!denied
                || policies.find(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod))
                        .isPresent()) {
            return Optional.empty();
        }
        Detachment detachment = handles.of(pod);
        List<NetworkPolicy> all = list(pod);
        if (!detachment.labelsToTake(pod, all).isEmpty()) {
            return Optional.empty();
        }
        Result result = result(pod, detachment, open(pod, all, deny), deny);
        return Optional.of(
                new Skipped(Reason.ALREADY_DONE, "Cut off already is " + result.sentence(), result.details()));
    }

    private boolean isIntact(Resource kind, Pod pod, Map<String, Object> wanted) throws ApiException {
        return policies.find(kind, pod, Quarantine.policyName(pod))
                .filter(found -> Intact.holds(wanted.get("spec"), found.get("spec")))
                .isPresent();
    }

    /** The policies come first: they select nobody until the same patch that takes the labels away puts theirs there. */
    @Override
    public Result make(Alert alert, Pod pod, Run run) throws ApiException {
        Optional<DenyPolicy> deny = denial.policy();
        Detachment detachment = handles.of(pod);
        List<NetworkPolicy> before = list(pod);
        boolean known = before.stream().anyMatch(each -> Quarantine.isOurs(each, pod));
        try {
            apply(pod, deny, run);
            Marks marks = new Marks(
                    Scope.POD,
                    each -> detachment.labelsToTake(each, before),
                    Owner.referenceOf(pod).map(Owner::text),
                    deny.map(each -> each.kind().text()),
                    known,
                    false);
            Pod marked = mark(alert, pod, marks, run);
            // what let everything through but some addresses is in the way now
            removeIfThere(Policies.NETWORK_POLICIES, pod, Quarantine.addressPolicyName(pod), run);
            return result(marked, detachment, open(marked, run == Run.REAL ? look(pod, deny) : before, deny), deny);
        } catch (ApiException e) {
            boolean gone = e.outcome() instanceof Skipped;
            boolean refused = e.outcome().reason() == Reason.REFUSED_BY_ADMISSION && !known;
            if (run == Run.REAL && (gone || refused)) {
                forget(pod, deny);
            }
            throw e;
        }
    }

    /** With annotations that are full, the mark alone must do: the pod is cut off, and keeps its labels. */
    private Pod mark(Alert alert, Pod pod, Marks marks, Run run) throws ApiException {
        try {
            return marking.put(alert, pod, marks, run);
        } catch (ApiException e) {
            if (e.outcome().reason() != Reason.REFUSED_BY_ADMISSION) {
                throw e;
            }
            return marking.put(alert, pod, marks.bareOnes(), run);
        }
    }

    /** All policies as they are now; whoever released the pod while it was being cut off may have taken ours away. */
    private List<NetworkPolicy> look(Pod pod, Optional<DenyPolicy> deny) throws ApiException {
        List<NetworkPolicy> all = list(pod);
        boolean there = all.stream().anyMatch(each -> Quarantine.isOurs(each, pod));
        boolean denied = deny.isEmpty()
                || policies.find(deny.get().kind(), pod, Quarantine.policyName(pod))
                        .isPresent();
        if (there && denied) {
            return all;
        }
        apply(pod, deny, Run.REAL);
        return list(pod);
    }

    private void apply(Pod pod, Optional<DenyPolicy> deny, Run run) throws ApiException {
        apply(Policies.NETWORK_POLICIES, plain.of(pod), pod, run);
        if (deny.isPresent()) {
            apply(deny.get().kind(), deny.get().of(pod), pod, run);
        }
    }

    private void apply(Resource kind, Map<String, Object> object, Pod pod, Run run) throws ApiException {
        String name = Quarantine.policyName(pod);
        policies.find(kind, pod, name);
        String namespace = kind.namespaced() ? pod.getMetadata().getNamespace() : "";
        api.apply(kind, namespace, name, object, FIELD_MANAGER, true, run);
    }

    /** Policies for a pod that is not there any more are of no use to anyone. */
    private void forget(Pod pod, Optional<DenyPolicy> deny) throws ApiException {
        removeIfThere(Policies.NETWORK_POLICIES, pod, Quarantine.policyName(pod), Run.REAL);
        if (deny.isPresent()) {
            removeIfThere(deny.get().kind(), pod, Quarantine.policyName(pod), Run.REAL);
        }
    }

    private void removeIfThere(Resource kind, Pod pod, String name, Run run) throws ApiException {
        Optional<GenericKubernetesResource> left = policies.find(kind, pod, name);
        if (left.isPresent()) {
            policies.remove(kind, left.get(), run);
        }
    }

    private List<NetworkPolicy> list(Pod pod) throws ApiException {
        return api.list(Policies.NETWORK_POLICIES, pod.getMetadata().getNamespace(), NetworkPolicyList.class)
                .getItems();
    }

    /** NetworkPolicies add up: those of others that still let something through. */
    private static List<String> open(Pod marked, List<NetworkPolicy> all, Optional<DenyPolicy> deny) {
        return all.stream()
                .filter(each -> Selectors.selects(each.getSpec().getPodSelector(), Quarantine.labels(marked)))
                .filter(each -> !Quarantine.isOurs(each, marked))
                .filter(each -> Opening.ingress(each).admitsAnyone()
                        || Opening.egress(each).admitsAnyone())
                .filter(each -> deny.isEmpty() || deny.get().isBeatenBy(each))
                .map(each -> each.getMetadata().getName())
                .sorted()
                .toList();
    }

    private static Result result(Pod marked, Detachment detachment, List<String> open, Optional<DenyPolicy> deny) {
        boolean bare = !Quarantine.annotations(marked).containsKey(Quarantine.SCOPE);
        boolean detached = detachment.detached() && !bare;
        String consequence = bare
                ? "it keeps its labels, since its annotations are full and could not tell of them"
                : detachment.consequence();
        Map<String, Object> details = new HashMap<>(Map.of(
                "scope",
                "pod",
                "policy",
                Quarantine.policyName(marked),
                "policyKinds",
                kinds(deny),
                "detached",
                detached,
                "removedLabels",
                Quarantine.takenLabels(marked),
                "consequence",
                consequence,
                "stillAllowedBy",
                open,
                "establishedConnections",
                Reach.ESTABLISHED));
        Optional.ofNullable(Quarantine.annotations(marked).get(Quarantine.EXPIRES_AT))
                .ifPresent(expiry -> details.put("expiresAt", expiry));
        String sentence = "pod " + Quarantine.name(marked) + " (uid " + Quarantine.uid(marked) + "); " + consequence
                + Reach.sentence(open);
        return new Result(sentence, details);
    }

    private static List<String> kinds(Optional<DenyPolicy> deny) {
        return deny.map(each ->
                        List.of(Policies.NETWORK_POLICIES.text(), each.kind().text()))
                .orElse(List.of(Policies.NETWORK_POLICIES.text()));
    }
}
