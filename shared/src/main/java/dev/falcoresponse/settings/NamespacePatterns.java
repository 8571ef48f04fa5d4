package dev.falcoresponse.settings;

import java.util.List;

/** Namespace names, each of which may end with {@code *}. */
public record NamespacePatterns(List<String> patterns) {
    public NamespacePatterns {
        patterns = List.copyOf(patterns);
    }

    public boolean matches(String namespace) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, namespace));
    }

    private static boolean matches(String pattern, String namespace) {
        return pattern.endsWith("*")
                ? namespace.startsWith(pattern.substring(0, pattern.length() - 1))
                : namespace.equals(pattern);
    }
}
