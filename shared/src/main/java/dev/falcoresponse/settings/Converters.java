package dev.falcoresponse.settings;

import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Priority;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.Converter;

/** Strict readers of setting values; each says what is wrong as the rest of a sentence. */
public final class Converters {
    private Converters() {}

    /**
     * One of the constants of an enum, in lower case.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    public static <E extends Enum<E>> E oneOf(String text, E[] values) {
        return Arrays.stream(values)
                .filter(value -> value.name().equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("it is none of "
                        + Arrays.stream(values)
                                .map(value -> value.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    /** {@code true} or {@code false}: the library's own takes every misspelt word for false. */
    public static final class Flag implements Converter<Boolean> {
        @Override
        public Boolean convert(String text) {
            return switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("it is neither true nor false");
            };
        }
    }

    /** A text without blanks around it. */
    public static final class Text implements Converter<String> {
        @Override
        public String convert(String text) {
            return text.strip();
        }
    }

    /** One of Falco's priorities. */
    public static final class FalcoPriority implements Converter<Priority> {
        @Override
        public Priority convert(String text) {
            return Priority.named(text)
                    .orElseThrow(
                            () -> new IllegalArgumentException("it is none of Falco's priorities, debug to emergency"));
        }
    }

    /** The name of a namespace. */
    public static final class Namespace implements Converter<String> {
        @Override
        public String convert(String text) {
            String name = text.strip();
            if (!KubernetesNames.isNamespace(name)) {
                throw new IllegalArgumentException("\"" + name + "\" is not a namespace");
            }
            return name;
        }
    }

    /** The name of a namespace, or {@code *}. */
    public static final class NamespaceOrAll implements Converter<String> {
        @Override
        public String convert(String text) {
            return text.strip().equals("*") ? "*" : new Namespace().convert(text);
        }
    }

    /** The key of a label. */
    public static final class LabelKey implements Converter<String> {
        @Override
        public String convert(String text) {
            if (!KubernetesNames.isLabelKey(text.strip())) {
                throw new IllegalArgumentException("it is no label, such as falco-response/exempt");
            }
            return text.strip();
        }
    }

    /** The kind of an object. */
    public static final class Kind implements Converter<String> {
        @Override
        public String convert(String text) {
            if (!text.strip().matches("[A-Z][A-Za-z0-9]*")) {
                throw new IllegalArgumentException("\"" + text.strip() + "\" is not a kind, such as DaemonSet");
            }
            return text.strip();
        }
    }
}
