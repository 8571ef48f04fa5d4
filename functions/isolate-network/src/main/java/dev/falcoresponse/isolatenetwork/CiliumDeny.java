package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A CiliumNetworkPolicy: what it denies, no policy of any kind can allow.
 *
 * <p>The pod's own node may still reach it: otherwise the kubelet would restart containers whose probes fail, and with them
 * the traces would be lost. Cilium knows nodes and pods by identity, not by address: allowed ranges are for addresses outside
 * the cluster.
 */
final class CiliumDeny implements DenyPolicy {
    private static final String NAMESPACE = "k8s:io.kubernetes.pod.namespace";
    private static final String SYSTEM = "kube-system";
    private static final List<String> INFRASTRUCTURE = List.of("remote-node", "kube-apiserver", "health", "ingress");

    private final AllowedTraffic allowed;

    CiliumDeny(AllowedTraffic allowed) {
        this.allowed = allowed;
    }

    @Override
    public Resource kind() {
        return Policies.CILIUM;
    }

    @Override
    public Map<String, Object> of(Pod pod) {
        List<Map<String, Object>> ingress = new ArrayList<>();
        ingress.add(Map.of("fromEntities", entities(List.of())));
        ingress.add(Map.of("fromEndpoints", List.of(endpoints(allowed.namespaces()))));
        List<Map<String, Object>> egress = new ArrayList<>();
        egress.add(Map.of("toEntities", entities(List.of("host"))));
        egress.addAll(toEndpoints());
        if (!allowed.cidrs().isEmpty()) {
            ingress.add(Map.of("fromCIDRSet", world()));
            egress.add(Map.of("toCIDRSet", world()));
        }
        return Map.of(
                "apiVersion",
                "cilium.io/v2",
                "kind",
                "CiliumNetworkPolicy",
                "metadata",
                Policies.metadata(kind(), pod, Quarantine.policyName(pod)),
                "spec",
                Map.of(
                        "endpointSelector", PlainPolicy.podSelector(pod),
                        "ingressDeny", ingress,
                        "egressDeny", egress));
    }

    private List<String> entities(List<String> more) {
        List<String> world = allowed.cidrs().isEmpty() ? List.of("world") : List.of();
        return Stream.of(world, INFRASTRUCTURE, more).flatMap(List::stream).toList();
    }

    /** Everyone outside the cluster except the allowed ranges. */
    private List<Map<String, Object>> world() {
        return Stream.of("0.0.0.0/0", "::/0").map(this::butForTheAllowed).toList();
    }

    private Map<String, Object> butForTheAllowed(String family) {
        Cidr all = Cidr.parse(family).orElseThrow();
        List<String> except = allowed.cidrs().stream()
                .filter(cidr -> Cidr.parse(cidr).filter(all::contains).isPresent())
                .toList();
        return except.isEmpty() ? Map.of("cidr", family) : Map.of("cidr", family, "except", except);
    }

    /** All pods of all namespaces except these. */
    private static Map<String, Object> endpoints(List<String> namespaces) {
        List<Map<String, Object>> expressions = new ArrayList<>();
        // without it, endpoints that are no pods would match too
        expressions.add(Map.of("key", NAMESPACE, "operator", "Exists"));
        if (!namespaces.isEmpty()) {
            expressions.add(Map.of("key", NAMESPACE, "operator", "NotIn", "values", namespaces));
        }
        return Map.of("matchExpressions", expressions);
    }

    private List<Map<String, Object>> toEndpoints() {
        List<String> namespaces = allowed.namespaces();
        if (!allowed.dns() || namespaces.contains(SYSTEM)) {
            return List.of(Map.of("toEndpoints", List.of(endpoints(namespaces))));
        }
        List<String> butSystem =
                Stream.concat(namespaces.stream(), Stream.of(SYSTEM)).toList();
        return List.of(
                Map.of("toEndpoints", List.of(endpoints(butSystem), inSystem("NotIn"))),
                Map.of("toEndpoints", List.of(inSystem("In")), "toPorts", List.of(Map.of("ports", allButDns()))));
    }

    private static Map<String, Object> inSystem(String nameServers) {
        return Map.of(
                "matchExpressions",
                List.of(
                        Map.of("key", NAMESPACE, "operator", "In", "values", List.of(SYSTEM)),
                        Map.of("key", "k8s:k8s-app", "operator", nameServers, "values", List.of("kube-dns"))));
    }

    private static List<Map<String, Object>> allButDns() {
        return Stream.of("TCP", "UDP")
                .flatMap(protocol -> Stream.of(range(protocol, "1", 52), range(protocol, "54", 65535)))
                .toList();
    }

    private static Map<String, Object> range(String protocol, String from, int to) {
        return new HashMap<>(Map.of("protocol", protocol, "port", from, "endPort", to));
    }
}
