package dev.falcoresponse.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One line of the table.
 *
 * @param values one for each round
 * @param floor what the same cost without the subject, one for each round; empty when there is no such thing
 * @param goal the highest median that was aimed for, of the ratio where there is a floor; NaN for none
 */
record Row(String what, String subject, String unit, List<Double> values, List<Double> floor, double goal) {
    Row(String what, String subject, String unit, List<Double> values) {
        this(what, subject, unit, values, List.of(), Double.NaN);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double median() {
        return median(values);
    }

    /** Beside the floor of the same round. */
    List<Double> ratios() {
        return floor.isEmpty()
                ? List.of()
                : IntStream.range(0, values.size())
                        .mapToObj(i -> values.get(i) / floor.get(i))
                        .toList();
    }

    /** The row as Markdown. */
    String markdown() {
        String ratio = floor.isEmpty() ? "" : number(median(ratios()));
        String spread = floor.isEmpty() ? range(values) : range(ratios());
        return "| %s | %s | %s %s | %s | %s | %s |"
                .formatted(what, subject, number(median()), unit, ratio, spread, verdict());
    }

    /** What was aimed for, and whether it was met. */
    String verdict() {
        if (Double.isNaN(goal)) {
            return "";
        }
        double reached = floor.isEmpty() ? median() : median(ratios());
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
