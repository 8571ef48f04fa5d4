package dev.falcoresponse.settings;

import dev.falcoresponse.event.KubernetesNames;
import org.eclipse.microprofile.config.spi.Converter;

/** The name of a namespace, or its beginning with {@code *} at the end. */
public record NamespacePattern(String text) {
    public boolean matches(String namespace) {
        return text.endsWith("*") ? namespace.startsWith(text.substring(0, text.length() - 1)) : namespace.equals(text);
    }

    /** Reads a pattern. */
    public static final class Reader implements Converter<NamespacePattern> {
        @Override
        public NamespacePattern convert(String text) {
            String pattern = text.strip();
            if (!KubernetesNames.isNamespace(pattern) && !pattern.matches("[-a-z0-9]{0,63}\\*")) {
                throw new IllegalArgumentException(
                        "\"" + pattern + "\" is not a namespace, or the start of one with * at its end");
            }
            return new NamespacePattern(pattern);
        }
    }
}
