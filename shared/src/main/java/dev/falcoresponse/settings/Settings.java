package dev.falcoresponse.settings;

import dev.falcoresponse.event.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an operator sets for every function, with safe defaults.
 *
 * @param rules the only rules to answer; empty: any
 * @param namespaces the only namespaces to act in; empty: all that are not protected
 */
public record Settings(
        boolean dryRun,
        List<String> rules,
        Priority minPriority,
        List<String> namespaces,
        NamespacePatterns protectedNamespaces,
        String exemptLabel,
        List<String> deniedOwnerKinds,
        Duration maxEventAge,
        Duration cooldown,
        Budget budget,
        Duration apiTimeout) {
    private static final String EVERY_NAMESPACE = "*";
    private static final List<String> PROTECTED = List.of("kube-*", "knative-*", "falco", "falco-response", "openfaas");

    private static final Pattern ANY = Pattern.compile(".+", Pattern.DOTALL);
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern NAMESPACE_OR_ALL = Pattern.compile("\\*|" + NAMESPACE);
    private static final Pattern NAMESPACE_START = Pattern.compile(NAMESPACE + "|[-a-z0-9]{0,63}\\*");
    private static final Pattern KIND = Pattern.compile("[A-Z][A-Za-z0-9]*");
    private static final Pattern LABEL =
            Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

    public Settings {
        rules = List.copyOf(rules);
        namespaces = List.copyOf(namespaces);
        deniedOwnerKinds = List.copyOf(deniedOwnerKinds);
    }

    /** Reads them all; a wrong one stops the start. */
    public static Settings read(SettingReader reader, Self self) {
        return new Settings(
                reader.flag("response.dry-run", true),
                reader.list("response.rules", List.of(), ANY, "a rule"),
                reader.value("response.min-priority", Priority.DEBUG, Settings::priority),
                namespaces(reader),
                new NamespacePatterns(reader.list(
                        "response.protected-namespaces",
                        protectedByDefault(self),
                        NAMESPACE_START,
                        "a namespace, or the start of one with * at its end")),
                reader.value("response.exempt-label", "falco-response/exempt", Settings::label),
                reader.list(
                        "response.denied-owner-kinds", List.of("DaemonSet", "Node"), KIND, "a kind, such as DaemonSet"),
                reader.duration("response.max-event-age", Duration.ofMinutes(15), Duration.ofSeconds(1)),
                reader.duration("response.cooldown", Duration.ofSeconds(30), Duration.ZERO),
                reader.value("response.budget", new Budget(20, Duration.ofMinutes(1)), Budget::parse),
                reader.duration("response.api-timeout", Duration.ofSeconds(5), Duration.ofMillis(1)));
    }

    private static List<String> protectedByDefault(Self self) {
        List<String> patterns = new ArrayList<>(PROTECTED);
        if (!self.namespace().isEmpty()) {
            patterns.add(self.namespace());
        }
        return patterns;
    }

    private static List<String> namespaces(SettingReader reader) {
        List<String> every = List.of(EVERY_NAMESPACE);
        List<String> names = reader.list("response.namespaces", every, NAMESPACE_OR_ALL, "a namespace");
        if (names.equals(every)) {
            return List.of();
        }
        if (names.isEmpty() || names.contains(EVERY_NAMESPACE)) {
            throw SettingReader.wrong(
                    "response.namespaces",
                    String.join(",", names),
                    "it must be * alone, for all namespaces, or name at least one");
        }
        return names;
    }

    private static Priority priority(String text) {
        return Priority.named(text)
                .orElseThrow(
                        () -> new IllegalArgumentException("it is none of Falco's priorities, debug to emergency"));
    }

    private static String label(String text) {
        if (!LABEL.matcher(text).matches()) {
            throw new IllegalArgumentException("it is no label, such as falco-response/exempt");
        }
        return text;
    }
}
