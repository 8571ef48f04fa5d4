package dev.falcoresponse.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One measured quantity: a row of the table.
 *
 * @param values one per round
 * @param baseline the same measured without the subject, one per round; empty if there is no baseline
 * @param goal upper limit for the median, or for the median ratio if there is a baseline; NaN for none
 */
record Measurement(String label, String subject, String unit, List<Double> values, List<Double> baseline, double goal) {
    Measurement(String label, String subject, String unit, List<Double> values) {
        this(label, subject, unit, values, List.of(), Double.NaN);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double median() {
        return median(values);
    }

    /** Each value divided by the baseline of the same round. */
    List<Double> ratios() {
        return baseline.isEmpty()
                ? List.of()
                : IntStream.range(0, values.size())
                        .mapToObj(i -> values.get(i) / baseline.get(i))
                        .toList();
    }

    /** The row as Markdown. */
    String markdown() {
        String ratio = baseline.isEmpty() ? "" : number(median(ratios()));
        String spread = baseline.isEmpty() ? range(values) : range(ratios());
        return "| %s | %s | %s %s | %s | %s | %s |"
                .formatted(label, subject, number(median()), unit, ratio, spread, verdict());
    }

    /** Whether the goal was met; empty without a goal. */
    String verdict() {
        if (Double.isNaN(goal)) {
            return "";
        }
        double reached = baseline.isEmpty() ? median() : median(ratios());
        return (reached <= goal ? "met" : "missed") + " (≤ " + number(goal) + ")";
    }

    private static String range(List<Double> values) {
        return number(values.stream().min(Double::compare).orElseThrow()) + " – "
                + number(values.stream().max(Double::compare).orElseThrow());
    }

    static String number(double value) {
        return Double.isNaN(value)
                ? "–"
                : value >= 100
                        ? String.format(Locale.ROOT, "%,.0f", value)
                        : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }
}
