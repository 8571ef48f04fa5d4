package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.Selectors;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How to isolate a pod from addresses, given the present policies.
 *
 * @param types the directions that no other policy governs
 * @param exceptions all blocked addresses, as ranges, with those of earlier alerts
 * @param version of our present policy; empty when there is none
 * @param open policies of others that let one of the addresses through in the directions that they govern
 */
record AddressPlan(List<String> types, SortedSet<String> exceptions, String version, List<String> open) {
    AddressPlan {
        types = List.copyOf(types);
        open = List.copyOf(open);
    }

    /**
     * Makes a plan.
     *
     * @param more an address to block beside those that are blocked
     * @param all the policies in the pod's namespace
     */
    static AddressPlan of(Pod pod, Optional<Cidr> more, List<NetworkPolicy> all) {
        String name = Quarantine.addressPolicyName(pod);
        Optional<NetworkPolicy> present = all.stream()
                .filter(each -> each.getMetadata().getName().equals(name))
                .findFirst();
        List<NetworkPolicy> others = all.stream()
                .filter(each -> !each.getMetadata().getName().equals(name))
                .filter(each -> Selectors.selects(each.getSpec().getPodSelector(), Quarantine.labels(pod)))
                .toList();
        List<String> types = PlainPolicy.BOTH.stream()
                .filter(type ->
                        others.stream().noneMatch(each -> opening(type, each).governs()))
                .toList();
        NavigableSet<String> exceptions =
                new TreeSet<>(present.map(AddressPlan::exceptions).orElse(List.of()));
        // policies of others need not let all addresses through, or none: of the new one it must be true
        List<Cidr> asked = more.map(List::of)
                .orElseGet(() -> exceptions.stream()
                        .map(Cidr::parse)
                        .flatMap(Optional::stream)
                        .toList());
        more.map(Cidr::toString).ifPresent(exceptions::add);
        List<String> open = others.stream()
                .filter(each -> PlainPolicy.BOTH.stream()
                        .anyMatch(type -> asked.stream().anyMatch(opening(type, each)::admit)))
                .map(each -> each.getMetadata().getName())
                .sorted()
                .toList();
        return new AddressPlan(
                types,
                exceptions,
                present.map(each -> each.getMetadata().getResourceVersion()).orElse(""),
                open);
    }

    private static DirectionRules opening(String type, NetworkPolicy policy) {
        return type.equals("Ingress") ? DirectionRules.ingress(policy) : DirectionRules.egress(policy);
    }

    private static List<String> exceptions(NetworkPolicy policy) {
        Stream<List<NetworkPolicyPeer>> peers = Stream.of(DirectionRules.ingress(policy), DirectionRules.egress(policy))
                .map(DirectionRules::rules)
                .flatMap(List::stream);
        return peers.flatMap(List::stream)
                .map(NetworkPolicyPeer::getIpBlock)
                .filter(Objects::nonNull)
                .map(IPBlock::getExcept)
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    /** The directions, as the rest of a sentence. */
    String directions() {
        if (types.equals(PlainPolicy.BOTH)) {
            return "both ways";
        }
        return types.isEmpty()
                ? "both ways, as NetworkPolicies of others do already"
                : (types.contains("Ingress") ? "for connections to the pod" : "for connections from the pod")
                        + " (the other direction is governed by NetworkPolicies of others)";
    }

    /** Whether there is a policy of ours already. */
    boolean isPresent() {
        return !version.isEmpty();
    }

    /** Whether policies of others block the address both ways. */
    boolean isClosedByOthers() {
        return types.isEmpty() && open.isEmpty();
    }

    /** The policy that allows everyone but the exceptions, in the directions that others do not govern. */
    Map<String, Object> policy(Pod pod) {
        List<Map<String, Object>> everyoneElse = Stream.concat(
                        Stream.of("0.0.0.0/0", "::/0").map(this::block), Stream.of(anyPod()))
                .toList();
        Map<String, Object> metadata = new HashMap<>(PlainPolicy.metadata(pod, Quarantine.addressPolicyName(pod)));
        if (!version.isEmpty()) {
            metadata.put("resourceVersion", version);
        }
        return PlainPolicy.object(
                pod, metadata, types, rule("Ingress", "from", everyoneElse), rule("Egress", "to", everyoneElse));
    }

    /** For some network plugins, ranges of addresses do not include pods. */
    private static Map<String, Object> anyPod() {
        return Map.of("namespaceSelector", Map.of());
    }

    private List<Map<String, Object>> rule(String type, String end, List<Map<String, Object>> peers) {
        return types.contains(type) ? List.of(Map.of(end, peers)) : List.of();
    }

    private Map<String, Object> block(String family) {
        Cidr all = Cidr.parse(family).orElseThrow();
        List<String> except = exceptions.stream()
                .filter(each -> Cidr.parse(each).filter(all::contains).isPresent())
                .toList();
        return Map.of("ipBlock", except.isEmpty() ? Map.of("cidr", family) : Map.of("cidr", family, "except", except));
    }
}
