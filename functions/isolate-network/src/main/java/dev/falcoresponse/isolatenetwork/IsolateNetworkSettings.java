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
    @WithDefault("pod")
    @WithConverter(ScopeReader.class)
    Scope scope();

    /** Whether the pod also loses the labels by which Services and its controller select it. */
    @WithDefault("true")
    @WithConverter(Converters.Flag.class)
    boolean detach();

    /** Ranges of addresses that the pod may still talk to, and be reached from. */
    Optional<List<@WithConverter(Cidr.Reader.class) Cidr>> allowCidrs();

    /** Namespaces whose pods it may still talk to, and be reached from. */
    Optional<List<@WithConverter(Converters.Namespace.class) String>> allowNamespaces();

    /** Whether it may still ask the cluster's name servers, an open way out for data. */
    @WithDefault("false")
    @WithConverter(Converters.Flag.class)
    boolean allowDns();

    /** When it is released, from the time it was isolated; never by default. */
    Optional<@WithConverter(Durations.SecondOrMore.class) Duration> expiresAfter();

    /** Who enforces the isolation. */
    @WithDefault("kubernetes")
    @WithConverter(PolicyKindReader.class)
    PolicyKind policyKind();

    /** Whether a connection before and after the change proves that the cluster enforces policies. */
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
