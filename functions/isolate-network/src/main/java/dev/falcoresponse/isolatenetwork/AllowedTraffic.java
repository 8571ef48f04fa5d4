package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.PolicyKind;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.Locale;

/**
 * What an isolated pod may still talk to, and be reached from.
 *
 * @param cidrs ranges of addresses
 * @param namespaces whose pods
 * @param dns whether it may ask the cluster's name servers
 */
record AllowedTraffic(List<String> cidrs, List<String> namespaces, boolean dns) {
    AllowedTraffic {
        cidrs = List.copyOf(cidrs);
        namespaces = List.copyOf(namespaces);
    }

    /**
     * Reads the settings.
     *
     * @throws ConfigurationException when some have no effect together
     */
    static AllowedTraffic of(IsolateNetworkSettings settings) {
        AllowedTraffic allowed = new AllowedTraffic(
                settings.allowCidrs().orElse(List.of()).stream()
                        .map(Cidr::toString)
                        .toList(),
                settings.allowNamespaces().orElse(List.of()),
                settings.allowDns());
        if (settings.scope() == Scope.ADDRESS && !allowed.isNothing()) {
            throw new ConfigurationException("ISOLATE_NETWORK_ALLOW_* has no effect with ISOLATE_NETWORK_SCOPE=address:"
                    + " everything but the address stays reachable. Leave it out.");
        }
        if (settings.scope() == Scope.ADDRESS && settings.probe()) {
            throw new ConfigurationException(
                    "ISOLATE_NETWORK_PROBE has no effect with ISOLATE_NETWORK_SCOPE=address: the"
                            + " function cannot connect from that address. Leave it out.");
        }
        if (settings.scope() == Scope.ADDRESS && settings.policyKind() != PolicyKind.KUBERNETES) {
            throw new ConfigurationException("ISOLATE_NETWORK_POLICY_KIND is \""
                    + settings.policyKind().name().toLowerCase(Locale.ROOT)
                    + "\": with ISOLATE_NETWORK_SCOPE=address only kubernetes is possible.");
        }
        return allowed;
    }

    private boolean isNothing() {
        return cidrs.isEmpty() && namespaces.isEmpty() && !dns;
    }
}
