package dev.falcoresponse.benchmark;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** The measurements as a table, as JSON and as a chart. */
record Report(List<Measurement> rows) {
    private static final int WIDTH = 720;
    private static final int LABELS = 300;
    private static final int LINE = 22;

    /** Describes the machine: figures from another machine differ. */
    private static String machine() {
        String model = "";
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            model = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceFirst(".*: *", ""))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            // not Linux: the architecture must do
        }
        return "%d × %s, %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        model.isEmpty() ? System.getProperty("os.arch") : model,
                        System.getProperty("os.name"),
                        Runtime.version());
    }

    /** A table, after a paragraph that names the date and the machine. */
    String markdown() {
        return """
                Measured on %s by `benchmark/run` (%s); client, functions, API server and etcd share the machine. Values are
                medians of the rounds; the ratio compares with the bare GET and DELETE in the same round; the spread is the
                lowest and the highest round.

                | | | median | ratio | spread | goal |
                |---|---|---|---|---|---|
                %s
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        machine(),
                        rows.stream().map(Measurement::markdown).collect(joining("\n")));
    }

    /** Writes the JSON and the chart, and the table into the README. */
    void write(Path home) {
        Path folder = home.resolve("benchmark");
        try {
            Files.writeString(folder.resolve("results.json"), json());
            Files.writeString(folder.resolve("bursts.svg"), svg());
            new ReadmeSection("run").write(home, markdown());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String json() {
        JsonMapper json = new JsonMapper();
        ObjectNode report = json.createObjectNode();
        report.put("date", LocalDate.now(ZoneOffset.UTC).toString()).put("machine", machine());
        ArrayNode measured = report.putArray("measured");
        for (Measurement row : rows) {
            ObjectNode entry = measured.addObject();
            entry.put("what", row.label()).put("subject", row.subject()).put("unit", row.unit());
            row.values().forEach(entry.putArray("rounds")::add);
            if (!row.baseline().isEmpty()) {
                row.baseline().forEach(entry.putArray("bareGetAndDelete")::add);
            }
            if (!Double.isNaN(row.goal())) {
                entry.put("goal", row.goal());
            }
        }
        return report.toPrettyString() + "\n";
    }

    /** A bar chart of the bursts; shorter is better. */
    private String svg() {
        List<Measurement> bars = rows.stream()
                .filter(row -> row.label().contains("senders") && !row.label().startsWith("replicas"))
                .toList();
        double longest = bars.stream().mapToDouble(Measurement::median).max().orElse(1);
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
                <title>Bursts of alerts, milliseconds until the last pod is gone</title>
                <rect width="100%%" height="100%%" fill="white"/>
                """.formatted(WIDTH, (bars.size() + 1) * LINE));
        for (int i = 0; i < bars.size(); i++) {
            Measurement row = bars.get(i);
            double width = row.median() / longest * (WIDTH - LABELS - 80);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s, %s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s ms</text>%n",
                    LABELS - 8,
                    i * LINE + 24,
                    row.label(),
                    row.subject(),
                    LABELS,
                    i * LINE + 13,
                    width,
                    row.baseline().isEmpty() ? "#999999" : "#00695c",
                    LABELS + width + 6,
                    i * LINE + 24,
                    Measurement.number(row.median())));
        }
        return svg.append("</svg>\n").toString();
    }
}
