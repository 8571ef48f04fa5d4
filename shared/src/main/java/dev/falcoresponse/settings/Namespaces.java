package dev.falcoresponse.settings;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The namespaces that a function may act in.
 *
 * @param allowed the only ones; empty: all
 * @param protectedOnes those that are left alone all the same
 */
public record Namespaces(List<String> allowed, List<NamespacePattern> protectedOnes) {
    static final String PROTECTED = "kube-*,knative-*,falco,falco-response,openfaas";
    private static final String ALL = "*";

    public Namespaces {
        allowed = List.copyOf(allowed);
        protectedOnes = List.copyOf(protectedOnes);
    }

    /**
     * Reads them from the settings.
     *
     * @throws ConfigurationException when {@code *} is given together with names
     */
    public static Namespaces of(ResponseSettings settings, Self self) {
        List<String> names = settings.namespaces();
        if (names.contains(ALL) && names.size() > 1) {
            throw new ConfigurationException("RESPONSE_NAMESPACES is \"" + String.join(",", names)
                    + "\": it must be * alone, for all namespaces, or name at least one.");
        }
        List<NamespacePattern> patterns = settings.protectedNamespaces().orElse(List.of());
        boolean isDefault = PROTECTED.equals(
                String.join(",", patterns.stream().map(NamespacePattern::text).toList()));
        Stream<NamespacePattern> own = isDefault && !self.namespace().isEmpty()
                ? Stream.of(new NamespacePattern(self.namespace()))
                : Stream.of();
        return new Namespaces(
                names.contains(ALL) ? List.of() : names,
                Stream.concat(patterns.stream(), own).toList());
    }

    public boolean isAllowed(String namespace) {
        return allowed.isEmpty() || allowed.contains(namespace);
    }

    public boolean isProtected(String namespace) {
        return protectedOnes.stream().anyMatch(pattern -> pattern.matches(namespace));
    }
}
