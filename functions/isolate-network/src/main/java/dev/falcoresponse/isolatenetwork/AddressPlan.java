package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.quarantine.Quarantine;
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
 * What can be done against one address, given the policies that are there.
 *
 * @param types the directions that no other policy governs, and so can be cut
 * @param exceptions all addresses that are cut off, as ranges, those of earlier alerts too
 * @param version of the policy that is there already; empty when there is none
 * @param open the others' policies that let the address through in the directions that they govern
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
                        .anyMatch(type -> opening(type, each).admits(address)))
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

    private static Opening opening(String type, NetworkPolicy policy) {
        return type.equals("Ingress") ? Opening.ingress(policy) : Opening.egress(policy);
    }

    private static List<String> exceptions(NetworkPolicy policy) {
        Stream<List<NetworkPolicyPeer>> peers = Stream.of(Opening.ingress(policy), Opening.egress(policy))
                .map(Opening::rules)
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
    boolean isThere() {
        return !version.isEmpty();
    }

    /** Whether others keep the address out both ways, so that a policy of ours would only be in their way. */
    boolean isClosedByOthers() {
        return types.isEmpty() && open.isEmpty();
    }

    /** The policy that allows everyone but the exceptions, in the directions that can be cut. */
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

    /** Some network plugins mean only the world outside by a range of addresses. */
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
