package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeList;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether an address is a pod's, a node's or a Service's: those that a range of addresses in a NetworkPolicy does not
 * reliably mean.
 */
final class InsideCluster {
    private static final Resource NODES = Resource.ofCluster("", "v1", "nodes");

    // a little old is new enough
    private static final String CACHED = "?resourceVersion=0";

    private final ApiServer api;

    InsideCluster(ApiServer api) {
        this.api = api;
    }

    static List<Permission> permissions() {
        return List.of(NODES.may("list"), Handles.SERVICES.mayEverywhere("list"), Resource.PODS.mayEverywhere("list"));
    }

    /** Whose it is, as people say it; empty when it is outside. */
    Optional<String> whose(Cidr address) throws ApiException {
        Optional<String> node = api.list(NODES, "", CACHED, NodeList.class).getItems().stream()
                .filter(each -> isOn(each, address))
                .findFirst()
                .map(each -> "node " + each.getMetadata().getName() + "'s, or of a pod on it");
        if (node.isPresent()) {
            return node;
        }
        Optional<String> service = api.list(Handles.SERVICES, "", CACHED, ServiceList.class).getItems().stream()
                .filter(each -> addresses(each).anyMatch(address::equals))
                .findFirst()
                .map(each -> "Service " + each.getMetadata().getNamespace() + "/"
                        + each.getMetadata().getName() + "'s");
        return service.isPresent() ? service : pod(address);
    }

    private Optional<String> pod(Cidr address) throws ApiException {
        String selector = URLEncoder.encode("status.podIP=" + address.host(), StandardCharsets.UTF_8);
        return api.list(Resource.PODS, "", "?fieldSelector=" + selector, PodList.class).getItems().stream()
                .findFirst()
                .map(each -> "pod " + each.getMetadata().getNamespace() + "/"
                        + each.getMetadata().getName() + "'s");
    }

    private static boolean isOn(Node node, Cidr address) {
        Stream<Cidr> addresses = node.getStatus().getAddresses().stream()
                .map(NodeAddress::getAddress)
                .map(Cidr::address)
                .flatMap(Optional::stream);
        Stream<Cidr> ranges =
                node.getSpec().getPodCIDRs().stream().map(Cidr::parse).flatMap(Optional::stream);
        return Stream.concat(addresses, ranges).anyMatch(range -> range.contains(address));
    }

    private static Stream<Cidr> addresses(Service service) {
        return Stream.concat(service.getSpec().getClusterIPs().stream(), service.getSpec().getExternalIPs().stream())
                .filter(Objects::nonNull)
                .map(Cidr::address)
                .flatMap(Optional::stream);
    }
}
