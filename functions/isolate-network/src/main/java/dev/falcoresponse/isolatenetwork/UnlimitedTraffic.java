package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.Selectors;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether policies together let everything through in one direction: another policy could then only add to it. */
final class UnlimitedTraffic {
    private static final int MAX_PORT = 65_535;

    private UnlimitedTraffic() {}

    /**
     * Requires that a policy of ours would change something: NetworkPolicies add up.
     *
     * @param leaving labels that the pod is about to lose
     * @throws OutcomeException as failed/conflict when others let everything through both ways
     */
    static void requireNone(Pod pod, Set<String> leaving, List<NetworkPolicy> all) throws OutcomeException {
        Map<String, String> labels = new HashMap<>(Quarantine.labels(pod));
        labels.keySet().removeAll(leaving);
        List<NetworkPolicy> others = all.stream()
                .filter(policy -> !Quarantine.isOurs(policy, pod))
                .filter(policy -> Selectors.selects(policy.getSpec().getPodSelector(), labels))
                .toList();
        if (isIn(others, pod) && isOut(others, pod)) {
            throw new OutcomeException(Failed.retryable(
                    Reason.CONFLICT,
                    "Pod " + Pods.name(pod) + " cannot be isolated: NetworkPolicies only add up, and these let"
                            + " everything through both ways: "
                            + String.join(
                                    ", ",
                                    others.stream()
                                            .map(policy -> policy.getMetadata().getName())
                                            .toList())));
        }
    }

    /** A rule of either direction. */
    private record Rule(List<NetworkPolicyPeer> peers, List<NetworkPolicyPort> ports) {}

    static boolean isIn(List<NetworkPolicy> policies, Pod pod) {
        return isUnlimited(
                policies.stream()
                        .filter(policy -> policy.getSpec().getPolicyTypes().contains("Ingress"))
                        .flatMap(policy -> policy.getSpec().getIngress().stream())
                        .map(rule -> new Rule(rule.getFrom(), rule.getPorts()))
                        .toList(),
                pod);
    }

    static boolean isOut(List<NetworkPolicy> policies, Pod pod) {
        return isUnlimited(
                policies.stream()
                        .filter(policy -> policy.getSpec().getPolicyTypes().contains("Egress"))
                        .flatMap(policy -> policy.getSpec().getEgress().stream())
                        .map(rule -> new Rule(rule.getTo(), rule.getPorts()))
                        .toList(),
                pod);
    }

    private static boolean isUnlimited(List<Rule> rules, Pod pod) {
        List<Rule> everyPort =
                rules.stream().filter(rule -> coversEveryPort(rule.ports())).toList();
        if (everyPort.stream().anyMatch(rule -> rule.peers().isEmpty())) {
            return true;
        }
        List<Cidr> ranges = everyPort.stream()
                .flatMap(rule -> rule.peers().stream())
                .map(NetworkPolicyPeer::getIpBlock)
                .filter(Objects::nonNull)
                .filter(block -> block.getExcept().isEmpty())
                .map(block -> Cidr.parse(block.getCidr()))
                .flatMap(Optional::stream)
                .toList();
        return families(pod).stream().allMatch(v4 -> coversFamily(ranges, v4));
    }

    /** TCP and UDP are what matters; a port without a number stands for all. */
    private static boolean coversEveryPort(List<NetworkPolicyPort> ports) {
        return ports.isEmpty()
                || Stream.of("TCP", "UDP")
                        .allMatch(protocol -> ports.stream().anyMatch(port -> covers(port, protocol)));
    }

    private static boolean covers(NetworkPolicyPort port, String protocol) {
        boolean all = port.getPort() == null
                || (Integer.valueOf(1)
                                        .compareTo(Optional.ofNullable(
                                                        port.getPort().getIntVal())
                                                .orElse(2))
                                >= 0
                        && Integer.valueOf(MAX_PORT).equals(port.getEndPort()));
        return all && protocol.equals(Optional.ofNullable(port.getProtocol()).orElse("TCP"));
    }

    /** The families of the pod's addresses, {@code true} for IPv4; IPv4 when none is known. */
    private static Set<Boolean> families(Pod pod) {
        Set<Boolean> families = Stream.ofNullable(pod.getStatus())
                .flatMap(status -> Stream.concat(
                        Stream.ofNullable(status.getPodIP()),
                        status.getPodIPs().stream().map(PodIP::getIp)))
                .map(Cidr::address)
                .flatMap(Optional::stream)
                .map(Cidr::isV4)
                .collect(Collectors.toSet());
        return families.isEmpty() ? Set.of(true) : families;
    }

    private static boolean coversFamily(List<Cidr> ranges, boolean v4) {
        BigInteger next = BigInteger.ZERO;
        for (Cidr range : ranges.stream()
                .filter(each -> each.isV4() == v4)
                .sorted(Comparator.comparing(Cidr::first))
                .toList()) {
            if (range.first().compareTo(next) > 0) {
                return false;
            }
            next = next.max(range.last().add(BigInteger.ONE));
        }
        return next.compareTo(BigInteger.ONE.shiftLeft(v4 ? 32 : 128)) >= 0;
    }
}
