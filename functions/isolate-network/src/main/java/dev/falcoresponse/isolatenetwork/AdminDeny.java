package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The cluster administrator's policy of the Network Policy API: ClusterNetworkPolicy, or its predecessor
 * AdminNetworkPolicy.
 *
 * <p>Neither can deny what comes in from outside the cluster, and the predecessor not what goes out there either: a
 * NetworkPolicy that allows that goes on allowing it.
 */
final class AdminDeny implements DenyPolicy {
    /** Before every other policy of its tier. */
    private static final int FIRST = 0;

    private static final Map<String, Object> EVERYONE = Map.of("namespaces", Map.of());

    private final AllowedTraffic allowed;
    private final boolean predecessor;

    AdminDeny(AllowedTraffic allowed, boolean predecessor) {
        this.allowed = allowed;
        this.predecessor = predecessor;
    }

    @Override
    public Resource kind() {
        return predecessor ? Policies.ADMIN : Policies.CLUSTER;
    }

    @Override
    public boolean isOverriddenBy(NetworkPolicy opening) {
        return DirectionRules.ingress(opening).admitOutsiders()
                || (predecessor && DirectionRules.egress(opening).admitOutsiders());
    }

    @Override
    public Map<String, Object> of(Pod pod) {
        Map<String, Object> spec = new HashMap<>(Map.of(
                "priority", FIRST,
                "subject", Map.of("pods", subject(pod)),
                "ingress", ingress(),
                "egress", egress()));
        if (!predecessor) {
            spec.put("tier", "Admin");
        }
        return Map.of(
                "apiVersion",
                "policy.networking.k8s.io/" + kind().version(),
                "kind",
                predecessor ? "AdminNetworkPolicy" : "ClusterNetworkPolicy",
                "metadata",
                Policies.metadata(kind(), pod, Quarantine.policyName(pod)),
                "spec",
                spec);
    }

    private static Map<String, Object> subject(Pod pod) {
        return Map.of(
                "namespaceSelector",
                PlainPolicy.namespace(pod.getMetadata().getNamespace()),
                "podSelector",
                PlainPolicy.podSelector(pod));
    }

    private List<Map<String, Object>> ingress() {
        List<Map<String, Object>> rules = new ArrayList<>();
        if (!namespaces().isEmpty()) {
            rules.add(rule("Pass", "from", namespaces()));
        }
        rules.add(rule("Deny", "from", List.of(EVERYONE)));
        return rules;
    }

    private List<Map<String, Object>> egress() {
        List<Map<String, Object>> rules = new ArrayList<>();
        List<Map<String, Object>> peers = new ArrayList<>(namespaces());
        if (!predecessor && !allowed.cidrs().isEmpty()) {
            peers.add(Map.of("networks", allowed.cidrs()));
        }
        if (!peers.isEmpty()) {
            rules.add(rule("Pass", "to", peers));
        }
        if (allowed.dns()) {
            rules.add(dns());
        }
        rules.add(rule(
                "Deny",
                "to",
                predecessor ? List.of(EVERYONE) : List.of(EVERYONE, Map.of("networks", List.of("0.0.0.0/0", "::/0")))));
        return rules;
    }

    private List<Map<String, Object>> namespaces() {
        return allowed.namespaces().stream()
                .map(name -> Map.<String, Object>of("namespaces", PlainPolicy.namespace(name)))
                .toList();
    }

    private static Map<String, Object> rule(String action, String end, List<Map<String, Object>> peers) {
        return Map.of("action", action, end, peers);
    }

    private Map<String, Object> dns() {
        List<Map<String, Object>> peers = List.of(Map.of("pods", PlainPolicy.nameServers()));
        return predecessor
                ? Map.of("action", "Pass", "to", peers, "ports", ports(AdminDeny::portNumber))
                : Map.of("action", "Pass", "to", peers, "protocols", ports(AdminDeny::protocol));
    }

    private static List<Map<String, Object>> ports(Function<String, Map<String, Object>> written) {
        return Stream.of("UDP", "TCP").map(written).toList();
    }

    private static Map<String, Object> portNumber(String protocol) {
        return Map.of("portNumber", Map.of("protocol", protocol, "port", 53));
    }

    private static Map<String, Object> protocol(String protocol) {
        return Map.of(protocol.toLowerCase(Locale.ROOT), Map.of("destinationPort", Map.of("number", 53)));
    }
}
