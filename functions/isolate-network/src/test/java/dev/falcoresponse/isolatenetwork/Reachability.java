package dev.falcoresponse.isolatenetwork;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Which peers reach a pod, and which it reaches, by the documented rules of the NetworkPolicy API: a pod that no policy selects is
 * open; else the policies that select it add up.
 */
final class Reachability {
    private final Pod pod;
    private final List<NetworkPolicy> policies;

    /** For one pod under all policies of its namespace. */
    Reachability(Pod pod, List<NetworkPolicy> policies) {
        this.pod = pod;
        this.policies = policies;
    }

    /** The peer: a pod, or an address outside the cluster. */
    sealed interface End {
        record InCluster(String namespace, Map<String, String> labels) implements End {}

        record Outside(String address) implements End {}
    }

    boolean isReachedFrom(End end) {
        return allowed(
                "Ingress", end, policy -> policy.getSpec().getIngress().stream().map(rule -> rule.getFrom()));
    }

    boolean reaches(End end) {
        return allowed(
                "Egress", end, policy -> policy.getSpec().getEgress().stream().map(rule -> rule.getTo()));
    }

    private boolean allowed(String type, End end, Function<NetworkPolicy, Stream<List<NetworkPolicyPeer>>> rules) {
        Map<String, String> labels =
                Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        List<NetworkPolicy> selecting = policies.stream()
                .filter(each -> each.getSpec().getPolicyTypes().contains(type))
                .filter(each -> selects(each.getSpec().getPodSelector(), labels))
                .toList();
        return selecting.isEmpty()
                || selecting.stream()
                        .flatMap(rules)
                        .anyMatch(peers -> peers.isEmpty() || peers.stream().anyMatch(peer -> fits(peer, end)));
    }

    private boolean fits(NetworkPolicyPeer peer, End end) {
        return switch (end) {
            case End.Outside outside ->
                peer.getIpBlock() != null
                        && within(peer.getIpBlock().getCidr(), outside.address())
                        && peer.getIpBlock().getExcept().stream().noneMatch(range -> within(range, outside.address()));
            case End.InCluster other ->
                peer.getIpBlock() == null
                        && (peer.getNamespaceSelector() == null
                                ? pod.getMetadata().getNamespace().equals(other.namespace())
                                : selects(
                                        peer.getNamespaceSelector(),
                                        Map.of("kubernetes.io/metadata.name", other.namespace())))
                        && (peer.getPodSelector() == null || selects(peer.getPodSelector(), other.labels()));
        };
    }

    private static boolean selects(LabelSelector selector, Map<String, String> labels) {
        boolean equal = Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of()).entrySet().stream()
                .allMatch(each -> each.getValue().equals(labels.get(each.getKey())));
        return equal && selector.getMatchExpressions().stream().allMatch(each -> holds(each, labels));
    }

    private static boolean holds(LabelSelectorRequirement requirement, Map<String, String> labels) {
        boolean there = labels.containsKey(requirement.getKey());
        boolean among = there && requirement.getValues().contains(labels.get(requirement.getKey()));
        return switch (requirement.getOperator()) {
            case "In" -> among;
            case "NotIn" -> !among;
            case "Exists" -> there;
            default -> !there;
        };
    }

    private static boolean within(String range, String text) {
        byte[] network = InetAddress.ofLiteral(range.replaceFirst("/.*", "")).getAddress();
        byte[] address = InetAddress.ofLiteral(text).getAddress();
        int bits = Integer.parseInt(range.replaceFirst(".*/", ""));
        if (network.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((network[bit / 8] & mask) != (address[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
