package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.settings.Converters;
import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** How a pod is isolated. */
@ConfigMapping(prefix = "isolate-network")
interface IsolateNetworkSettings {
    /** What the pod is isolated from: {@code pod}: everyone; {@code address}: only the remote address of the alert. */
    @WithDefault("pod")
    @WithConverter(ScopeReader.class)
    Scope scope();

    /** Also remove the labels by which Services and the controller select the pod, so that a replacement is started. */
    @WithDefault("true")
    @WithConverter(Converters.Flag.class)
    boolean detach();

    /** Ranges of addresses that stay reachable, both ways, for forensics. */
    Optional<List<@WithConverter(Cidr.Reader.class) Cidr>> allowCidrs();

    /** Namespaces whose pods stay reachable, both ways. */
    Optional<List<@WithConverter(Converters.Namespace.class) String>> allowNamespaces();

    /**
     * Allow the cluster's name servers ({@code k8s-app: kube-dns} in {@code kube-system}), through which data can leave.
     */
    @WithDefault("false")
    @WithConverter(Converters.Flag.class)
    boolean allowDns();

    /** The pod is released after that time; by default never. */
    Optional<@WithConverter(Durations.SecondOrMore.class) Duration> expiresAfter();

    /** Who enforces it: {@code kubernetes}, {@code cilium}, {@code calico}, {@code admin}; with scope {@code address} only the first. */
    @WithDefault("kubernetes")
    @WithConverter(PolicyKindReader.class)
    PolicyKind policyKind();

    /** Prove by a connection before and after the change that the cluster enforces policies. */
    @WithDefault("false")
    @WithConverter(Converters.Flag.class)
    boolean probe();

    /** What the pod is isolated from. */
    enum Scope {
        /** Everyone. */
        POD,
        /** The remote address in the alert. */
        ADDRESS
    }

    /** The kind of policy beside the plain NetworkPolicy; all but the first deny whatever others allow. */
    enum PolicyKind {
        KUBERNETES,
        CILIUM,
        CALICO,
        ADMIN
    }

    /** Reads {@code pod} or {@code address}. */
    final class ScopeReader implements Converter<Scope> {
        private static final long serialVersionUID = 1;

        @Override
        public Scope convert(String text) {
            return Converters.oneOf(text, Scope.values());
        }
    }

    /** Reads the name of a kind of policy. */
    final class PolicyKindReader implements Converter<PolicyKind> {
        private static final long serialVersionUID = 1;

        @Override
        public PolicyKind convert(String text) {
            return Converters.oneOf(text, PolicyKind.values());
        }
    }
}
