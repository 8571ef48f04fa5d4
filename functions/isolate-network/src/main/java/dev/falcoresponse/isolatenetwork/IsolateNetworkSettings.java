package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.settings.SettingReader;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How far a pod is cut off.
 *
 * @param detach whether it also loses the labels by which Services and its controller know it
 * @param allowCidrs what it may still talk to, and be reached from
 * @param allowNamespaces whose pods it may still talk to, and be reached from
 * @param allowDns whether it may still ask the cluster's name servers, an open way out for data
 * @param expiresAfter when it may be given back, from the moment it was cut off
 */
record IsolateNetworkSettings(
        Scope scope,
        boolean detach,
        List<String> allowCidrs,
        List<String> allowNamespaces,
        boolean allowDns,
        Optional<Duration> expiresAfter,
        PolicyKind policyKind) {
    private static final Pattern ANY = Pattern.compile(".+");
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /** What is cut. */
    enum Scope {
        /** The pod, from everyone. */
        POD,
        /** The pod, from the remote address in the alert. */
        ADDRESS
    }

    /** Who enforces it; all but the first deny whatever anyone else allows. */
    enum PolicyKind {
        KUBERNETES,
        CILIUM,
        CALICO,
        ADMIN
    }

    IsolateNetworkSettings {
        allowCidrs = List.copyOf(allowCidrs);
        allowNamespaces = List.copyOf(allowNamespaces);
    }

    static IsolateNetworkSettings read(SettingReader reader) {
        Scope scope = reader.value("isolate-network.scope", Scope.POD, text -> oneOf(text, Scope.values()));
        IsolateNetworkSettings settings = new IsolateNetworkSettings(
                scope,
                reader.flag("isolate-network.detach", true),
                reader.list("isolate-network.allow-cidrs", List.of(), ANY, "a range of addresses").stream()
                        .map(cidr -> reader.value("isolate-network.allow-cidrs", cidr, _ -> canonical(cidr)))
                        .toList(),
                reader.list("isolate-network.allow-namespaces", List.of(), NAMESPACE, "a namespace"),
                reader.flag("isolate-network.allow-dns", false),
                reader.value(
                        "isolate-network.expires-after",
                        Optional.empty(),
                        text -> Optional.of(SettingReader.duration(text, Duration.ofSeconds(1)))),
                reader.value("isolate-network.policy-kind", PolicyKind.KUBERNETES, text -> policyKind(text, scope)));
        if (scope == Scope.ADDRESS && settings.allowsSomething()) {
            throw new ConfigurationException("ISOLATE_NETWORK_ALLOW_* has no effect with ISOLATE_NETWORK_SCOPE=address:"
                    + " everything but the address stays reachable. Leave it out.");
        }
        return settings;
    }

    private boolean allowsSomething() {
        return allowDns || !allowCidrs.isEmpty() || !allowNamespaces.isEmpty();
    }

    private static String canonical(String text) {
        return Cidr.parse(text)
                .map(Cidr::toString)
                .orElseThrow(() ->
                        new IllegalArgumentException("\"" + text + "\" is no range of addresses, such as 10.0.0.0/8"));
    }

    private static PolicyKind policyKind(String text, Scope scope) {
        PolicyKind kind = oneOf(text, PolicyKind.values());
        if (scope == Scope.ADDRESS && kind != PolicyKind.KUBERNETES) {
            throw new IllegalArgumentException("with ISOLATE_NETWORK_SCOPE=address only kubernetes is possible");
        }
        return kind;
    }

    private static <E extends Enum<E>> E oneOf(String text, E[] values) {
        return Stream.of(values)
                .filter(each -> written(each).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("it is none of "
                        + String.join(
                                ", ",
                                Stream.of(values)
                                        .map(IsolateNetworkSettings::written)
                                        .toList())));
    }

    private static String written(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
