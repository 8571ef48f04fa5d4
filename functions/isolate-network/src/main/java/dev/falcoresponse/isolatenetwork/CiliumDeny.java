package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Policies;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A CiliumNetworkPolicy: its denials beat every allowing policy of any kind.
 *
 * <p>The pod's own node may still come in: its kubelet would restart a container whose probes fail, and with it go the
 * traces. Cilium knows nodes and pods by identity, not by address: allowed ranges open the world outside the cluster.
 */
final class CiliumDeny implements DenyPolicy {
    private static final String NAMESPACE = "k8s:io.kubernetes.pod.namespace";
    private static final String SYSTEM = "kube-system";
    private static final List<String> INFRASTRUCTURE = List.of("remote-node", "kube-apiserver", "health", "ingress");

    private final IsolateNetworkSettings settings;

    CiliumDeny(IsolateNetworkSettings settings) {
        this.settings = settings;
    }

    @Override
    public Resource kind() {
        return Policies.CILIUM;
    }

    @Override
    public Map<String, Object> of(Pod pod) {
        List<Map<String, Object>> ingress = new ArrayList<>();
        ingress.add(Map.of("fromEntities", entities(List.of())));
        ingress.add(Map.of("fromEndpoints", List.of(endpoints(settings.allowNamespaces()))));
        List<Map<String, Object>> egress = new ArrayList<>();
        egress.add(Map.of("toEntities", entities(List.of("host"))));
        egress.addAll(toEndpoints());
        if (!settings.allowCidrs().isEmpty()) {
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
        List<String> world = settings.allowCidrs().isEmpty() ? List.of("world") : List.of();
        return Stream.of(world, INFRASTRUCTURE, more).flatMap(List::stream).toList();
    }

    /** Everyone outside the cluster, but for the allowed ranges. */
    private List<Map<String, Object>> world() {
        return Stream.of("0.0.0.0/0", "::/0").map(this::butForTheAllowed).toList();
    }

    private Map<String, Object> butForTheAllowed(String family) {
        Cidr all = Cidr.parse(family).orElseThrow();
        List<String> except = settings.allowCidrs().stream()
                .filter(cidr -> Cidr.parse(cidr).filter(all::contains).isPresent())
                .toList();
        return except.isEmpty() ? Map.of("cidr", family) : Map.of("cidr", family, "except", except);
    }

    /** All pods of all namespaces but these. */
    private static Map<String, Object> endpoints(List<String> allowed) {
        List<Map<String, Object>> expressions = new ArrayList<>();
        // without it, whatever is no pod at all would be meant too
        expressions.add(Map.of("key", NAMESPACE, "operator", "Exists"));
        if (!allowed.isEmpty()) {
            expressions.add(Map.of("key", NAMESPACE, "operator", "NotIn", "values", allowed));
        }
        return Map.of("matchExpressions", expressions);
    }

    private List<Map<String, Object>> toEndpoints() {
        List<String> allowed = settings.allowNamespaces();
        if (!settings.allowDns() || allowed.contains(SYSTEM)) {
            return List.of(Map.of("toEndpoints", List.of(endpoints(allowed))));
        }
        List<String> butSystem =
                Stream.concat(allowed.stream(), Stream.of(SYSTEM)).toList();
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
