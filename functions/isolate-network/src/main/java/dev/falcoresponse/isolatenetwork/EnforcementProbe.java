package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.Polling;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Proves that the cluster enforces policies: a connection to the pod succeeds before the change and fails after it. It proves
 * this for one direction, as seen from this function's node.
 *
 * @param allowed what the policy lets through, which must not be taken for a policy that is not enforced
 */
record EnforcementProbe(AllowedTraffic allowed, String ownNamespace) {
    static final Reason NOT_ENFORCED = Reason.failed("not-enforced");

    private static final Duration CONNECT = Duration.ofMillis(500);
    private static final Duration ENFORCED_WITHIN = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MAX_PORTS = 8;

    /** What is known about the enforcement, as {@code details.enforced} has it. */
    enum Proof {
        PROVEN("proven", ""),
        NOT_PROVEN(
                "not-proven",
                "; that the cluster enforces policies is not proven, since no connection from here was possible before");

        private final String text;
        private final String sentence;

        Proof(String text, String sentence) {
            this.text = text;
            this.sentence = sentence;
        }

        String text() {
            return text;
        }

        /** The rest of a sentence about the isolation. */
        String sentence() {
            return sentence;
        }
    }

    /** A port of the pod to which this function can connect, although the policy does not allow it. */
    Optional<InetSocketAddress> reachable(Pod pod) {
        String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
        if (address == null || allowed.namespaces().contains(ownNamespace)) {
            return Optional.empty();
        }
        return pod.getSpec().getContainers().stream()
                .map(Container::getPorts)
                .flatMap(List::stream)
                .filter(port -> port.getProtocol() == null || port.getProtocol().equals("TCP"))
                .map(ContainerPort::getContainerPort)
                .distinct()
                .limit(MAX_PORTS)
                .map(port -> new InetSocketAddress(address, port))
                .filter(this::connects)
                .findFirst();
    }

    /**
     * Waits until the connection that was possible before is refused.
     *
     * @throws OutcomeException as failed/not-enforced when it is still possible after two seconds
     */
    Proof requireClosed(Pod pod, Optional<InetSocketAddress> before) throws OutcomeException {
        if (before.isEmpty()) {
            return Proof.NOT_PROVEN;
        }
        if (Polling.until(ENFORCED_WITHIN, PAUSE, () -> connects(before.get()), open -> !open)) {
            throw new OutcomeException(Failed.retryable(
                            NOT_ENFORCED,
                            "Pod " + Pods.name(pod) + " has its policy, and still accepts connections on port "
                                    + before.get().getPort()
                                    + ": the cluster's network plugin does not enforce NetworkPolicies")
                    .afterChange());
        }
        return Proof.PROVEN;
    }

    private boolean connects(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, Math.toIntExact(CONNECT.toMillis()));
            Optional<Cidr> own = Cidr.address(socket.getLocalAddress().getHostAddress());
            return allowed.cidrs().stream()
                    .map(Cidr::parse)
                    .flatMap(Optional::stream)
                    .noneMatch(range -> own.filter(range::contains).isPresent());
        } catch (IOException e) {
            return false;
        }
    }
}
