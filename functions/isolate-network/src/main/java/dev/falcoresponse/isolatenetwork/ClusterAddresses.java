package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of pods, nodes and Services: a range of addresses in a NetworkPolicy does not reliably include them. Those of
 * nodes and Services are read in pages, and kept for ten seconds. Thread-safe.
 */
final class ClusterAddresses {
    private static final long KEPT_NANOS = Duration.ofSeconds(10).toNanos();

    private final ObjectApi api;
    private final LongSupplier nanoTime;
    private @Nullable FutureTask<List<Owned>> latest;
    private long startedAt;

    /** A range of addresses, and who has it, as the rest of a sentence. */
    private record Owned(Cidr range, String owner) {}

    ClusterAddresses(ObjectApi api, LongSupplier nanoTime) {
        this.api = api;
        this.nanoTime = nanoTime;
    }

    static List<Permission> permissions() {
        return List.of(
                Resource.NODES.permission("list"),
                Resource.SERVICES.permissionEverywhere("list"),
                Resource.PODS.permissionEverywhere("list"));
    }

    /** Who has the address, as the rest of a sentence; empty when it is outside the cluster. */
    Optional<String> owner(Cidr address, Pod pod) throws OutcomeException {
        if (Stream.ofNullable(pod.getStatus())
                .flatMap(status -> status.getHostIPs().stream())
                .map(HostIP::getIp)
                .map(Cidr::address)
                .flatMap(Optional::stream)
                .anyMatch(address::equals)) {
            return Optional.of("the pod's own node's");
        }
        Optional<String> owner = known().stream()
                .filter(each -> each.range().contains(address))
                .map(Owned::owner)
                .findFirst();
        return owner.isPresent() ? owner : pod(address);
    }

    /** While the addresses are being read, all alerts wait for that one reading, and fail with it. */
    private List<Owned> known() throws OutcomeException {
        FutureTask<List<Owned>> reading = reading();
        reading.run(); // does nothing when another alert runs it already
        try {
            return reading.get();
        } catch (ExecutionException e) {
            forget(reading);
            if (e.getCause() instanceof OutcomeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeException(Failed.retryable(Reason.UNAVAILABLE, "The function is stopping"));
        }
    }

    private synchronized FutureTask<List<Owned>> reading() {
        if (latest == null || (latest.isDone() && nanoTime.getAsLong() - startedAt >= KEPT_NANOS)) {
            latest = new FutureTask<>(this::read);
            startedAt = nanoTime.getAsLong();
        }
        return latest;
    }

    private synchronized void forget(FutureTask<List<Owned>> failed) {
        if (failed.equals(latest)) {
            latest = null;
        }
    }

    private List<Owned> read() throws OutcomeException {
        List<List<Owned>> all = new ArrayList<>();
        all.addAll(api.list(Resource.NODES, "", "", NodeList.class, ClusterAddresses::of));
        all.addAll(api.list(Resource.SERVICES, "", "", ServiceList.class, ClusterAddresses::of));
        return all.stream().flatMap(List::stream).toList();
    }

    private static List<Owned> of(Node node) {
        String owner = "node " + node.getMetadata().getName() + "'s, or of a pod on it";
        return Stream.concat(
                        node.getStatus().getAddresses().stream()
                                .map(NodeAddress::getAddress)
                                .map(Cidr::address),
                        Stream.concat(
                                node.getSpec().getPodCIDRs().stream().map(Cidr::parse),
                                Optional.ofNullable(node.getMetadata().getAnnotations())
                                        .orElse(Map.of())
                                        .values()
                                        .stream()
                                        .map(ClusterAddresses::interfaceAddress)))
                .flatMap(Optional::stream)
                .map(range -> new Owned(range, owner))
                .toList();
    }

    /** Network plugins note the addresses of bridges and tunnels as annotations, some with the length of their network. */
    private static Optional<Cidr> interfaceAddress(String annotation) {
        return Cidr.address(annotation.replaceFirst("/\\d{1,3}$", ""));
    }

    private static List<Owned> of(Service service) {
        String owner = "Service " + service.getMetadata().getNamespace() + "/"
                + service.getMetadata().getName() + "'s";
        return Stream.concat(service.getSpec().getClusterIPs().stream(), service.getSpec().getExternalIPs().stream())
                .filter(Objects::nonNull)
                .map(Cidr::address)
                .flatMap(Optional::stream)
                .map(address -> new Owned(address, owner))
                .toList();
    }

    private Optional<String> pod(Cidr address) throws OutcomeException {
        String selector = ObjectApi.encoded("status.podIP=" + address.host());
        return api
                .list(
                        Resource.PODS,
                        "",
                        "fieldSelector=" + selector,
                        PodList.class,
                        (Pod each) -> "pod " + Pods.name(each) + "'s")
                .stream()
                .findFirst();
    }
}
