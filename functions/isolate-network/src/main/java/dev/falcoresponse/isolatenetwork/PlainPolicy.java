package dev.falcoresponse.isolatenetwork;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The NetworkPolicy for one pod: both ways closed, but for what the settings allow. */
final class PlainPolicy {
    static final List<String> BOTH = List.of("Ingress", "Egress");
    static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    private final AllowedTraffic allowed;

    PlainPolicy(AllowedTraffic allowed) {
        this.allowed = allowed;
    }

    /** The object to apply; empty lists are written out, so that a rule that someone else added goes. */
    Map<String, Object> of(Pod pod) {
        List<Map<String, Object>> peers = peers();
        List<Map<String, Object>> ingress = new ArrayList<>();
        List<Map<String, Object>> egress = new ArrayList<>();
        // a rule without peers would allow everyone
        if (!peers.isEmpty()) {
            ingress.add(Map.of("from", peers));
            egress.add(Map.of("to", peers));
        }
        if (allowed.dns()) {
            egress.add(dns());
        }
        return object(pod, metadata(pod, Quarantine.policyName(pod)), BOTH, ingress, egress);
    }

    /** A NetworkPolicy for this pod and no other. */
    static Map<String, Object> object(
            Pod pod,
            Map<String, Object> metadata,
            List<String> types,
            List<Map<String, Object>> ingress,
            List<Map<String, Object>> egress) {
        return Map.of(
                "apiVersion",
                "networking.k8s.io/v1",
                "kind",
                "NetworkPolicy",
                "metadata",
                metadata,
                "spec",
                Map.of(
                        "podSelector", podSelector(pod),
                        "policyTypes", types,
                        "ingress", ingress,
                        "egress", egress));
    }

    static Map<String, Object> metadata(Pod pod, String name) {
        return Policies.metadata(Policies.NETWORK_POLICIES, pod, name);
    }

    /** Selects this very pod: no other has its uid as label. */
    static Map<String, Object> podSelector(Pod pod) {
        return Map.of("matchLabels", Map.of(Quarantine.LABEL, Quarantine.uid(pod)));
    }

    private List<Map<String, Object>> peers() {
        return Stream.concat(
                        allowed.cidrs().stream().map(cidr -> Map.<String, Object>of("ipBlock", Map.of("cidr", cidr))),
                        allowed.namespaces().stream()
                                .map(name -> Map.<String, Object>of("namespaceSelector", namespace(name))))
                .toList();
    }

    static Map<String, Object> namespace(String name) {
        return Map.of("matchLabels", Map.of(NAMESPACE_NAME, name));
    }

    /** The cluster's own name servers only: port 53 of anyone else would be a way out. */
    private static Map<String, Object> dns() {
        return Map.of("to", List.of(nameServers()), "ports", List.of(port("UDP"), port("TCP")));
    }

    static Map<String, Object> nameServers() {
        return Map.of(
                "namespaceSelector",
                namespace("kube-system"),
                "podSelector",
                Map.of("matchLabels", Map.of("k8s-app", "kube-dns")));
    }

    private static Map<String, Object> port(String protocol) {
        return Map.of("protocol", protocol, "port", 53);
    }
}
