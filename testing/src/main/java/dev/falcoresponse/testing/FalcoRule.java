package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * One of the rules that Falco ships.
 *
 * @param file {@code stable}, {@code incubating}, {@code sandbox} or {@code k8s_audit}
 * @param on whether the rule file enables it
 * @param scope {@code c} containers, {@code h} the host, {@code hc} both, {@code k} Kubernetes audit
 * @param formerly its former name; empty if it was never renamed
 */
public record FalcoRule(String name, String file, boolean on, String scope, String formerly) {
    /** All rules in {@code falco-rules.tsv}. */
    public static List<FalcoRule> all() {
        try (InputStream stream = FalcoRule.class.getResourceAsStream("/falco-rules.tsv")) {
            if (stream == null) {
                throw new IllegalStateException("falco-rules.tsv is missing");
            }
            return new String(stream.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(FalcoRule::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FalcoRule read(String line) {
        String[] cells = line.split("\t", -1);
        return new FalcoRule(cells[0], cells[1], cells[2].equals("on"), cells[3], cells.length > 4 ? cells[4] : "");
    }

    /** Whether the rule is loaded and enabled in a default installation by Falco's Helm chart. */
    public boolean firesByDefault() {
        return file.equals("stable") && on;
    }
}
