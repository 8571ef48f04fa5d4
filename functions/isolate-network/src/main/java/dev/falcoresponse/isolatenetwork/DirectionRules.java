package dev.falcoresponse.isolatenetwork;

import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The rules of a NetworkPolicy for one direction.
 *
 * @param governs whether the policy is for the direction at all: then what no policy allows is closed
 * @param rules the peers of each of its rules; a rule without any means everyone
 */
record DirectionRules(boolean governs, List<List<NetworkPolicyPeer>> rules) {
    DirectionRules {
        rules = List.copyOf(rules);
    }

    static DirectionRules ingress(NetworkPolicy policy) {
        return new DirectionRules(
                policy.getSpec().getPolicyTypes().contains("Ingress"),
                policy.getSpec().getIngress().stream()
                        .map(rule -> rule.getFrom())
                        .toList());
    }

    static DirectionRules egress(NetworkPolicy policy) {
        return new DirectionRules(
                policy.getSpec().getPolicyTypes().contains("Egress"),
                policy.getSpec().getEgress().stream().map(rule -> rule.getTo()).toList());
    }

    boolean admitAnyone() {
        return governs && !rules.isEmpty();
    }

    /** Whether it admits anyone outside the cluster. */
    boolean admitOutsiders() {
        return governs
                && rules.stream()
                        .anyMatch(peers -> peers.isEmpty()
                                || peers.stream()
                                        .map(NetworkPolicyPeer::getIpBlock)
                                        .anyMatch(Objects::nonNull));
    }

    /** Whether it admits this address outside the cluster. */
    boolean admit(Cidr address) {
        return governs
                && rules.stream()
                        .anyMatch(peers -> peers.isEmpty()
                                || peers.stream()
                                        .map(NetworkPolicyPeer::getIpBlock)
                                        .filter(Objects::nonNull)
                                        .anyMatch(block -> covers(block, address)));
    }

    private static boolean covers(IPBlock block, Cidr address) {
        return contains(block.getCidr(), address)
                && block.getExcept().stream().noneMatch(except -> contains(except, address));
    }

    private static boolean contains(String range, Cidr address) {
        return Optional.ofNullable(range)
                .flatMap(Cidr::parse)
                .filter(cidr -> cidr.contains(address))
                .isPresent();
    }
}
