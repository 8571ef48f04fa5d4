package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.event.Alert;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The remote address of the connection that an alert is about. */
final class RemoteAddress {
    private RemoteAddress() {}

    /** The first remote address; empty when the alert names none but the pod's own. */
    static Optional<Cidr> of(Alert alert, Pod pod) {
        Set<Cidr> own = own(alert, pod);
        Map<String, String> fields = alert.fields();
        return Stream.concat(
                        Stream.of("fd.rip", "fd.sip", "fd.cip").map(name -> fields.getOrDefault(name, "")),
                        ends(fields.getOrDefault("fd.name", "")))
                .map(Cidr::address)
                .flatMap(Optional::stream)
                .filter(address -> !own.contains(address) && isHost(address))
                .findFirst();
    }

    /** Loopback and link-local addresses do not leave the node; "any", broadcast and multicast ones are no single host. */
    private static boolean isHost(Cidr cidr) {
        var address = cidr.address();
        return !address.isLoopbackAddress()
                && !address.isAnyLocalAddress()
                && !address.isMulticastAddress()
                && !address.isLinkLocalAddress()
                && !cidr.host().equals("255.255.255.255");
    }

    private static Set<Cidr> own(Alert alert, Pod pod) {
        Stream<String> ofPod = pod.getStatus() == null
                ? Stream.empty()
                : Stream.concat(
                        Stream.ofNullable(pod.getStatus().getPodIP()),
                        pod.getStatus().getPodIPs().stream().map(PodIP::getIp));
        return Stream.concat(ofPod, Stream.ofNullable(alert.fields().get("fd.lip")))
                .filter(Objects::nonNull)
                .map(Cidr::address)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }

    /** A connection's name is {@code client:port->server:port}, also for IPv6, without brackets. */
    private static Stream<String> ends(String name) {
        return List.of(name.split("->", -1)).stream()
                .map(end -> end.replaceFirst(":\\d+$", "").replaceAll("[\\[\\]]", ""));
    }
}
