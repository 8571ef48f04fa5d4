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

/** What was measured, as a table, as JSON, and as a chart. */
record Report(List<Row> rows) {
    private static final int WIDTH = 720;
    private static final int LABELS = 300;
    private static final int LINE = 22;

    /** The machine, so that a figure is no promise for another. */
    private static String machine() {
        String model = "";
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            model = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceFirst(".*: *", ""))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            // no Linux: the architecture has to do
        }
        return "%d × %s, %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        model.isEmpty() ? System.getProperty("os.arch") : model,
                        System.getProperty("os.name"),
                        Runtime.version());
    }

    /** A table with a line about when and where. */
    String markdown() {
        return """
                Measured on %s by `benchmark/run` (%s); client, functions, API server and etcd share the machine. Medians of the
                rounds; the ratio is to the bare API in the same round, the spread is the lowest and highest round's.

                | | | median | ratio | spread | goal |
                |---|---|---|---|---|---|
                %s
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        machine(),
                        rows.stream().map(Row::markdown).collect(joining("\n")));
    }

    /** Writes all three, and the table into the README. */
    void write(Path home) {
        Path folder = home.resolve("benchmark");
        try {
            Files.writeString(folder.resolve("results.json"), json());
            Files.writeString(folder.resolve("bursts.svg"), svg());
            new Section("run").write(home, markdown());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String json() {
        JsonMapper json = new JsonMapper();
        ObjectNode report = json.createObjectNode();
        report.put("date", LocalDate.now(ZoneOffset.UTC).toString()).put("machine", machine());
        ArrayNode measured = report.putArray("measured");
        for (Row row : rows) {
            ObjectNode each = measured.addObject();
            each.put("what", row.what()).put("subject", row.subject()).put("unit", row.unit());
            row.values().forEach(each.putArray("rounds")::add);
            if (!row.floor().isEmpty()) {
                row.floor().forEach(each.putArray("bareApi")::add);
            }
            if (!Double.isNaN(row.goal())) {
                each.put("goal", row.goal());
            }
        }
        return report.toPrettyString() + "\n";
    }

    /** Bars for the bursts: shorter is better. */
    private String svg() {
        List<Row> bars = rows.stream()
                .filter(row -> row.what().contains("senders") && !row.what().startsWith("replicas"))
                .toList();
        double longest = bars.stream().mapToDouble(Row::median).max().orElse(1);
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
                <title>Bursts of alerts, milliseconds until the last pod is gone</title>
                <rect width="100%%" height="100%%" fill="white"/>
                """.formatted(WIDTH, (bars.size() + 1) * LINE));
        for (int i = 0; i < bars.size(); i++) {
            Row row = bars.get(i);
            double width = row.median() / longest * (WIDTH - LABELS - 80);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s, %s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s ms</text>%n",
                    LABELS - 8,
                    i * LINE + 24,
                    row.what(),
                    row.subject(),
                    LABELS,
                    i * LINE + 13,
                    width,
                    row.floor().isEmpty() ? "#999999" : "#00695c",
                    LABELS + width + 6,
                    i * LINE + 24,
                    Row.number(row.median())));
        }
        return svg.append("</svg>\n").toString();
    }
}
