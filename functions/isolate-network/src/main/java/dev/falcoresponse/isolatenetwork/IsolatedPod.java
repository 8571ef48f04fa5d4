package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.isolatenetwork.EnforcementProbe.Proof;
import dev.falcoresponse.isolatenetwork.NetworkPlugin.Caveats;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the record tells about an isolated pod.
 *
 * @param pod with its marks
 * @param stillAllowedBy policies of others that still let something through
 * @param proof whether the cluster is known to enforce policies; empty when nobody asked
 */
record IsolatedPod(
        Pod pod,
        Detachment detachment,
        List<String> stillAllowedBy,
        Optional<DenyPolicy> deny,
        Caveats caveats,
        Optional<Proof> proof) {
    IsolatedPod {
        stillAllowedBy = List.copyOf(stillAllowedBy);
    }

    /** The pod and the consequences, as the rest of a sentence. */
    String sentence() {
        return "pod " + Pods.name(pod) + " (uid " + Quarantine.uid(pod) + "); " + detachment.consequence()
                + RemainingTraffic.sentence(stillAllowedBy) + caveats.sentence()
                + proof.map(Proof::sentence).orElse("");
    }

    Map<String, Object> details() {
        Map<String, Object> details = new HashMap<>(Map.of(
                "scope",
                "pod",
                "policy",
                Quarantine.policyName(pod),
                "policyKinds",
                policyKinds(),
                "detached",
                detachment.detached(),
                "removedLabels",
                Quarantine.removedLabels(pod),
                "consequence",
                detachment.consequence(),
                "stillAllowedBy",
                stillAllowedBy,
                "establishedConnections",
                RemainingTraffic.ESTABLISHED));
        Optional.ofNullable(Quarantine.annotations(pod).get(Quarantine.EXPIRES_AT))
                .ifPresent(expiry -> details.put("expiresAt", expiry));
        proof.ifPresent(each -> details.put("enforced", each.text()));
        details.putAll(caveats.details());
        return details;
    }

    private List<String> policyKinds() {
        return deny.map(each ->
                        List.of(Policies.NETWORK_POLICIES.text(), each.kind().text()))
                .orElse(List.of(Policies.NETWORK_POLICIES.text()));
    }
}
