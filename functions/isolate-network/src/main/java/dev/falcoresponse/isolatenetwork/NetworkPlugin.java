package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Polling;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the cluster's network plugin that keeps a policy from working as it is written. Sources: Cilium's identity
 * labels (github.com/rancher/rke2 #9029, github.com/cilium/cilium #48027); the pod identifier of Amazon's network policy agent.
 */
final class NetworkPlugin {
    private static final Resource CILIUM_ENDPOINTS = Resource.namespaced("cilium.io", "v2", "ciliumendpoints");
    private static final Resource POLICY_ENDPOINTS =
            Resource.namespaced("networking.k8s.aws", "v1alpha1", "policyendpoints");

    /** Cilium computes a new identity within a second. */
    private static final Duration IDENTITY_WITHIN = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ObjectApi api;

    NetworkPlugin(ObjectApi api) {
        this.api = api;
    }

    static Permission permission() {
        return CILIUM_ENDPOINTS.permission("get");
    }

    /**
     * Limits of an isolation.
     *
     * @param sentence the rest of a sentence about the isolation; empty when there are none
     */
    record Caveats(String sentence, Map<String, Object> details) {
        static final Caveats NONE = new Caveats("", Map.of());

        Caveats {
            details = Map.copyOf(details);
        }

        private Caveats and(Caveats other) {
            Map<String, Object> all = new HashMap<>(details);
            all.putAll(other.details());
            return new Caveats(sentence + other.sentence(), all);
        }
    }

    /** What Cilium and Amazon's agent make of the pod's policy; Cilium may take a moment after a change. */
    Caveats caveats(Pod pod, boolean changed) throws OutcomeException {
        Caveats cilium = Quarantine.isMarked(pod) && api.serves(CILIUM_ENDPOINTS) ? cilium(pod, changed) : Caveats.NONE;
        return api.serves(POLICY_ENDPOINTS) ? cilium.and(amazon(pod)) : cilium;
    }

    private Caveats cilium(Pod pod, boolean changed) throws OutcomeException {
        if (Quarantine.labels(pod).containsKey(Detachment.HOST)) {
            return new Caveats(
                    "; Cilium takes a pod with the label host for a host, to which no policy applies: remove that label",
                    Map.of("ciliumIdentity", "host"));
        }
        Optional<GenericKubernetesResource> endpoint = Polling.until(
                changed ? IDENTITY_WITHIN : Duration.ZERO,
                PAUSE,
                () -> endpoint(pod),
                found -> found.filter(each -> hasLabel(each, pod)).isPresent());
        if (endpoint.filter(each -> hasLabel(each, pod)).isPresent()) {
            return new Caveats("", Map.of("ciliumIdentity", "has-label"));
        }
        return endpoint.isPresent()
                ? new Caveats(
                        "; Cilium does not know the pod by the label " + Quarantine.LABEL
                                + ", so that the policy applies to nobody: add k8s:" + Quarantine.LABEL
                                + " to the labels in Cilium's configuration",
                        Map.of("ciliumIdentity", "without-label"))
                : new Caveats(
                        "; Cilium has no endpoint of this pod, so that no policy applies to it",
                        Map.of("ciliumIdentity", "no-endpoint"));
    }

    private Optional<GenericKubernetesResource> endpoint(Pod pod) throws OutcomeException {
        return api.find(
                CILIUM_ENDPOINTS,
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                GenericKubernetesResource.class);
    }

    private static boolean hasLabel(GenericKubernetesResource endpoint, Pod pod) {
        Object labels = endpoint.get("status", "identity", "labels");
        return labels instanceof List<?> list && list.contains("k8s:" + Quarantine.LABEL + "=" + Quarantine.uid(pod));
    }

    /** The agent keeps one state for all pods on a node whose names differ in the last part only. */
    private Caveats amazon(Pod pod) throws OutcomeException {
        String name = pod.getMetadata().getName();
        String stem = stem(name);
        String onNode = "fieldSelector="
                + ObjectApi.encoded("spec.nodeName=" + pod.getSpec().getNodeName());
        List<String> siblings = api
                .list(Resource.PODS, pod.getMetadata().getNamespace(), onNode, PodList.class, HasMetadata::getMetadata)
                .stream()
                .filter(each -> !each.getUid().equals(Quarantine.uid(pod)))
                .filter(each -> stem(each.getName()).equals(stem))
                .map(meta -> meta.getName())
                .sorted()
                .toList();
        return siblings.isEmpty()
                ? Caveats.NONE
                : new Caveats(
                        "; Amazon's network policy agent keeps one state for pods on a node whose names differ in the last"
                                + " part only: " + Pods.name(pod)
                                + " may stay open, or its siblings may be closed with it: "
                                + String.join(", ", siblings),
                        Map.of("sharesPolicyStateWith", siblings));
    }

    private static String stem(String name) {
        int end = name.lastIndexOf('-');
        return end < 0 ? name : name.substring(0, end);
    }
}
