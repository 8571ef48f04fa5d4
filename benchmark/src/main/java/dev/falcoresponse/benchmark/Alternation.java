package dev.falcoresponse.benchmark;

import dev.falcoresponse.benchmark.Benchmark.Part;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends the same load to several subjects in turn, round by round, so that a busy machine slows all of them. */
final class Alternation {
    private static final int SINGLES = 100;

    private final Pods pods;
    private final int rounds;
    private final int senders;
    private final int seconds;
    private final List<Measurement> rows;

    /** The values of the current measurement by name, one per round. */
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    /**
     * Creates it.
     *
     * @param rows gets the results
     */
    Alternation(Pods pods, int rounds, int senders, int seconds, List<Measurement> rows) {
        this.pods = pods;
        this.rounds = rounds;
        this.senders = senders;
        this.seconds = seconds;
        this.rows = rows;
    }

    /** The first is what the others are compared with. */
    static List<Subject> besideBareApi(KubernetesClient client, Endpoint endpoint) {
        return List.of(new BareApi(client, true), new BareApi(client, false), endpoint);
    }

    /** Measures the subjects in alternation, and returns how many alerts each of them got. */
    int measure(List<Subject> subjects, List<Part> parts, List<Integer> sizes, List<Integer> rates) {
        // warm-up, not measured: the first requests load classes and open connections
        int alerts = 200;
        for (Subject subject : subjects) {
            burst(pods, subject, alerts, senders);
        }
        if (parts.contains(Part.single)) {
            singles(subjects);
            alerts += rounds * SINGLES;
        }
        if (parts.contains(Part.burst)) {
            sizes.forEach(size -> bursts(subjects, size, ""));
            alerts += rounds * sizes.stream().mapToInt(size -> size).sum();
        }
        if (parts.contains(Part.sustained)) {
            rates.forEach(rate -> sustained(subjects, rate));
            alerts += rates.stream().mapToInt(rate -> rate * seconds).sum();
        }
        return alerts;
    }

    private void singles(List<Subject> subjects) {
        values.clear();
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : subjects) {
                LoadRun run = burst(pods, subject, SINGLES, 1);
                add(subject.name() + " p50", run.percentile(50));
                add(subject.name() + " p99", run.percentile(99));
            }
        }
        String baseline = subjects.getFirst().name();
        for (Subject subject : subjects) {
            rows.add(measurement(baseline, " p50", subject, "1 sender, until the pod is gone: p50", goal(subject)));
            rows.add(measurement(baseline, " p99", subject, "1 sender, until the pod is gone: p99", 1.5));
        }
    }

    /** Measures bursts of one size. */
    void bursts(List<Subject> subjects, int size, String prefix) {
        values.clear();
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : subjects) {
                add(subject.name(), burst(pods, subject, size, senders).millis());
            }
        }
        String baseline = subjects.getFirst().name();
        for (Subject subject : subjects) {
            rows.add(measurement(
                    baseline,
                    "",
                    subject,
                    "%s%d senders × %d alerts".formatted(prefix, senders, size),
                    size <= 300 ? goal(subject) : Double.NaN));
        }
    }

    private static double goal(Subject subject) {
        return subject.name().startsWith(Benchmark.name(Packaging.NATIVE)) ? 1.3 : 1.5;
    }

    private Measurement measurement(String baseline, String suffix, Subject subject, String label, double goal) {
        List<Double> own = values(subject.name() + suffix);
        return subject instanceof BareApi
                ? new Measurement(label, subject.name(), "ms", own)
                : new Measurement(label, subject.name(), "ms", own, values(baseline + suffix), goal);
    }

    private void sustained(List<Subject> subjects, int rate) {
        for (Subject subject : subjects) {
            LoadRun run = requireComplete(
                    pods, subject, LoadRun.atRate(subject, pods.create(rate * seconds), rate, pods.deletions()));
            String label = "%d alerts/s for %d s: ".formatted(rate, seconds);
            rows.add(new Measurement(
                    label + "reached",
                    subject.name(),
                    "/s",
                    List.of(run.latencies().size() / run.millis() * 1000)));
            rows.add(new Measurement(label + "p50", subject.name(), "ms", List.of(run.percentile(50))));
            rows.add(new Measurement(label + "p99", subject.name(), "ms", List.of(run.percentile(99))));
        }
    }

    /** Sends alerts about new pods, each sender one after the other, and fails unless all are deleted. */
    static LoadRun burst(Pods pods, Subject subject, int alerts, int senders) {
        return requireComplete(pods, subject, LoadRun.burst(subject, pods.create(alerts), senders, pods.deletions()));
    }

    /** Fails when a request failed or a pod was not deleted: such a run says nothing about speed. */
    static LoadRun requireComplete(Pods pods, Subject subject, LoadRun run) {
        pods.settle();
        if (run.failed() > 0 || run.remaining() > 0) {
            throw new MeasurementException(
                    "%s: %d alerts were not answered with success, %d pods were not deleted. Is dry run off, and the budget unlimited?"
                            .formatted(subject.name(), run.failed(), run.remaining()));
        }
        return run;
    }

    private void add(String name, double value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private List<Double> values(String name) {
        return List.copyOf(Optional.ofNullable(values.get(name)).orElseThrow());
    }
}
