package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * One of Falco's own rules.
 *
 * @param file {@code stable}, {@code incubating}, {@code sandbox} or {@code k8s_audit}
 * @param on whether its file enables it
 * @param scope {@code c} containers, {@code h} the host, {@code hc} both, {@code k} Kubernetes audit
 * @param formerly its name before; empty when it has always had this one
 */
public record FalcoRule(String name, String file, boolean on, String scope, String formerly) {
    /** All that are recorded. */
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

    /** Whether Falco as its Helm chart installs it raises alerts of it. */
    public boolean firesByDefault() {
        return file.equals("stable") && on;
    }
}
