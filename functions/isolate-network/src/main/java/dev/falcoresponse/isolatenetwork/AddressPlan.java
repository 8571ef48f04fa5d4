package dev.falcoresponse.isolatenetwork;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How to isolate a pod from one address, given the present policies.
 *
 * @param types the directions that no other policy governs
 * @param exceptions all blocked addresses, as ranges, with those of earlier alerts
 * @param version of our present policy; empty when there is none
 * @param open policies of others that let the address through in the directions that they govern
 */
record AddressPlan(Cidr address, List<String> types, SortedSet<String> exceptions, String version, List<String> open) {
    AddressPlan {
        types = List.copyOf(types);
        open = List.copyOf(open);
    }

    static AddressPlan of(Pod pod, Cidr address, List<NetworkPolicy> all) {
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
        List<String> open = others.stream()
                .filter(each -> PlainPolicy.BOTH.stream()
                        .anyMatch(type -> opening(type, each).admit(address)))
                .map(each -> each.getMetadata().getName())
                .sorted()
                .toList();
        SortedSet<String> exceptions =
                new TreeSet<>(present.map(AddressPlan::exceptions).orElse(List.of()));
        exceptions.add(address.toString());
        return new AddressPlan(
                address,
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
