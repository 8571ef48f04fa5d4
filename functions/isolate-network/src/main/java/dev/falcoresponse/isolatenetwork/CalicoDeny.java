package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calico's own NetworkPolicy, the first in its tier: what it does not allow it denies before others are asked. */
final class CalicoDeny implements DenyPolicy {
    private final AllowedTraffic allowed;

    CalicoDeny(AllowedTraffic allowed) {
        this.allowed = allowed;
    }

    @Override
    public Resource kind() {
        return Policies.CALICO;
    }

    @Override
    public Map<String, Object> of(Pod pod) {
        List<Map<String, Object>> ingress = new ArrayList<>(allowed("source"));
        List<Map<String, Object>> egress = new ArrayList<>(allowed("destination"));
        if (allowed.dns()) {
            egress.add(dns("UDP"));
            egress.add(dns("TCP"));
        }
        ingress.add(Map.of("action", "Deny"));
        egress.add(Map.of("action", "Deny"));
        return Map.of(
                "apiVersion",
                "projectcalico.org/v3",
                "kind",
                "NetworkPolicy",
                "metadata",
                Policies.metadata(kind(), pod, Quarantine.policyName(pod)),
                "spec",
                Map.of(
                        "order",
                        0,
                        "selector",
                        Quarantine.LABEL + " == '" + Quarantine.uid(pod) + "'",
                        "types",
                        PlainPolicy.BOTH,
                        "ingress",
                        ingress,
                        "egress",
                        egress));
    }

    private List<Map<String, Object>> allowed(String end) {
        List<Map<String, Object>> rules = new ArrayList<>();
        if (!allowed.cidrs().isEmpty()) {
            rules.add(allow(end, Map.of("nets", allowed.cidrs())));
        }
        allowed.namespaces().forEach(name -> rules.add(allow(end, Map.of("namespaceSelector", namespace(name)))));
        return rules;
    }

    private static Map<String, Object> allow(String end, Map<String, Object> who) {
        return Map.of("action", "Allow", end, who);
    }

    private static String namespace(String name) {
        return PlainPolicy.NAMESPACE_NAME + " == '" + name + "'";
    }

    private static Map<String, Object> dns(String protocol) {
        return Map.of(
                "action",
                "Allow",
                "protocol",
                protocol,
                "destination",
                Map.of(
                        "namespaceSelector",
                        namespace("kube-system"),
                        "selector",
                        "k8s-app == 'kube-dns'",
                        "ports",
                        List.of(53)));
    }
}
