package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Measures what a response costs beside the bare API. */
@Command(
        name = "benchmark/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Measures delete-pod on a real kube-apiserver, in turn with the bare API, at the API"
                + " server's watch. Without --url it starts the API server and the functions itself.")
final class Benchmark implements Callable<Integer> {
    private static final int SINGLES = 100;
    private static final double NANOS = 1e6;

    /** What can be measured. */
    enum Part {
        single,
        burst,
        replicas,
        sustained,
        start,
        calls,
        logs
    }

    @Option(
            names = "--part",
            split = ",",
            paramLabel = "PART",
            description = "measure these: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--rounds", paramLabel = "N", description = "rounds of each (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(names = "--sizes", split = ",", paramLabel = "N", description = "alerts in a burst (default: 100,300,1000)")
    private List<Integer> sizes = List.of(100, 300, 1000);

    @Option(
            names = "--senders",
            paramLabel = "N",
            description = "how many send a burst at the same time (default: ${DEFAULT-VALUE})")
    private int senders = 32;

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "N",
            description = "alerts a second that are sustained (default: 50,200)")
    private List<Integer> rates = List.of(50, 200);

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "for how long each rate is sustained (default: ${DEFAULT-VALUE})")
    private int seconds = 60;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "measure what answers there, which must act in the cluster of the current kubeconfig context, without a budget: pods"
                            + " are made in a namespace of their own; only single, burst and sustained")
    private @Nullable URI url;

    @Option(
            names = "--format",
            paramLabel = "json|cloudevent",
            description = "how --url wants its alerts (default: ${DEFAULT-VALUE})")
    private Endpoint.Format format = Endpoint.Format.cloudevent;

    @Option(
            names = "--write",
            description = "write benchmark/results.json, benchmark/bursts.svg and the table in README.md")
    private boolean write;

    private final Checkout checkout = Checkout.here();
    private final List<Row> rows = new ArrayList<>();

    /** What each took in the rounds of a measurement. */
    private final Map<String, List<Double>> taken = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        Checkout.run(new Benchmark(), arguments);
    }

    @Override
    public Integer call() {
        if (write && parts.size() < Part.values().length) {
            throw new ParameterException(new CommandLine(this), "--write is for all parts together");
        }
        if (url == null) {
            measureOurs();
        } else {
            measure(url);
        }
        Report report = new Report(rows);
        System.out.println(report.markdown());
        if (write) {
            report.write(checkout.home());
        }
        return 0;
    }

    private void measure(URI there) {
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                Pods pods = new Pods(client)) {
            inTurn(pods, List.of(new BareApi(client), new Endpoint("--url", List.of(there), format)));
        }
    }

    private void measureOurs() {
        KubeBinaries binaries = Checkout.binaries(this);
        if (parts.contains(Part.start)) {
            try (KubeApiServer server = KubeApiServer.start(binaries)) {
                for (Packaging packaging : built()) {
                    rows.addAll(Starts.measure(checkout, packaging, server, rounds));
                }
            }
        }
        if (parts.contains(Part.calls)) {
            rows.add(Calls.measure(binaries, checkout));
        }
        if (parts.contains(Part.logs)) {
            rows.addAll(Logs.measure(binaries, checkout, rounds));
        }
        if (Stream.of(Part.single, Part.burst, Part.sustained).anyMatch(parts::contains)) {
            for (Packaging packaging : built()) {
                measureOurs(binaries, packaging);
            }
        }
        if (parts.contains(Part.replicas)) {
            measureReplicas(binaries);
        }
    }

    private void measureOurs(KubeBinaries binaries, Packaging packaging) {
        try (KubeApiServer server = KubeApiServer.start(binaries);
                FunctionProcess function = checkout.start(packaging, checkout.access(server));
                Pods pods = new Pods(server.client());
                Endpoint endpoint = new Endpoint(name(packaging), List.of(function.uri()), format)) {
            double idle = Memory.megabytes(function);
            checked(pods, endpoint, Burst.of(endpoint, pods.make(10), 1, pods.deletions()));
            rows.add(new Row(
                    "memory after its first alerts",
                    name(packaging),
                    "MB",
                    List.of(Memory.megabytes(function)),
                    List.of(),
                    packaging == Packaging.NATIVE ? 55 : 120));
            Duration before = function.cpu();
            int alerts = inTurn(pods, List.of(new BareApi(server.client()), endpoint));
            rows.add(new Row(
                    "processor time for each alert, all of the function's threads",
                    name(packaging),
                    "ms",
                    List.of(function.cpu().minus(before).toNanos() / NANOS / alerts)));
            rows.add(new Row("memory idle", name(packaging), "MB", List.of(idle)));
            rows.add(new Row("memory after all of it", name(packaging), "MB", List.of(Memory.megabytes(function))));
        }
    }

    private void measureReplicas(KubeBinaries binaries) {
        Packaging best = built().getFirst();
        try (KubeApiServer server = KubeApiServer.start(binaries);
                Pods pods = new Pods(server.client())) {
            List<FunctionProcess> functions = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    functions.add(checkout.start(best, checkout.access(server)));
                }
                List<Subject> subjects = new ArrayList<>(List.of(new BareApi(server.client())));
                for (int count : new int[] {1, 2, 4}) {
                    List<URI> uris = functions.stream()
                            .limit(count)
                            .map(FunctionProcess::uri)
                            .toList();
                    subjects.add(new Endpoint(name(best) + " × " + count, uris, format));
                }
                bursts(pods, subjects, 300, "replicas: ");
            } finally {
                functions.forEach(FunctionProcess::close);
            }
        }
    }

    /** How many alerts each subject got. */
    private int inTurn(Pods pods, List<Subject> subjects) {
        // the first of all pays for what is loaded then, and is not counted
        int alerts = 200;
        for (Subject subject : subjects) {
            checked(pods, subject, Burst.of(subject, pods.make(alerts), senders, pods.deletions()));
        }
        if (parts.contains(Part.single)) {
            singles(pods, subjects);
            alerts += rounds * SINGLES;
        }
        if (parts.contains(Part.burst)) {
            sizes.forEach(size -> bursts(pods, subjects, size, ""));
            alerts += rounds * sizes.stream().mapToInt(size -> size).sum();
        }
        if (parts.contains(Part.sustained)) {
            rates.forEach(rate -> sustained(pods, subjects, rate));
            alerts += rates.stream().mapToInt(rate -> rate * seconds).sum();
        }
        return alerts;
    }

    private void singles(Pods pods, List<Subject> subjects) {
        taken.clear();
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : subjects) {
                Burst burst = checked(pods, subject, Burst.of(subject, pods.make(SINGLES), 1, pods.deletions()));
                add(subject.name() + " p50", burst.percentile(50));
                add(subject.name() + " p99", burst.percentile(99));
            }
        }
        String floor = subjects.getFirst().name();
        for (Subject subject : subjects) {
            rows.add(beside(floor, " p50", subject, "1 sender, until the pod is gone: p50", 1.6));
            rows.add(beside(floor, " p99", subject, "1 sender, until the pod is gone: p99", 3));
        }
    }

    private void bursts(Pods pods, List<Subject> subjects, int size, String prefix) {
        taken.clear();
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : subjects) {
                add(
                        subject.name(),
                        checked(pods, subject, Burst.of(subject, pods.make(size), senders, pods.deletions()))
                                .millis());
            }
        }
        String floor = subjects.getFirst().name();
        for (Subject subject : subjects) {
            rows.add(beside(
                    floor,
                    "",
                    subject,
                    "%s%d senders × %d alerts".formatted(prefix, senders, size),
                    size <= 300 ? 1.2 : Double.NaN));
        }
    }

    private Row beside(String floor, String suffix, Subject subject, String what, double goal) {
        List<Double> values = values(subject.name() + suffix);
        return subject instanceof BareApi
                ? new Row(what, subject.name(), "ms", values)
                : new Row(what, subject.name(), "ms", values, values(floor + suffix), goal);
    }

    private void sustained(Pods pods, List<Subject> subjects, int rate) {
        for (Subject subject : subjects) {
            Burst burst =
                    checked(pods, subject, Burst.atRate(subject, pods.make(rate * seconds), rate, pods.deletions()));
            String what = "%d alerts/s for %d s: ".formatted(rate, seconds);
            rows.add(new Row(
                    what + "reached",
                    subject.name(),
                    "/s",
                    List.of(burst.latencies().size() / burst.millis() * 1000)));
            rows.add(new Row(what + "p50", subject.name(), "ms", List.of(burst.percentile(50))));
            rows.add(new Row(what + "p99", subject.name(), "ms", List.of(burst.percentile(99))));
        }
    }

    /** What was not done does not count as fast. */
    static Burst checked(Pods pods, Subject subject, Burst burst) {
        pods.settle();
        if (burst.failed() > 0 || burst.left() > 0) {
            throw new StoppedException(
                    "%s: %d alerts got no good answer, %d pods are still there; is it to act, without a budget?"
                            .formatted(subject.name(), burst.failed(), burst.left()));
        }
        return burst;
    }

    private void add(String name, double value) {
        taken.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private List<Double> values(String name) {
        return List.copyOf(Optional.ofNullable(taken.get(name)).orElseThrow());
    }

    private List<Packaging> built() {
        return Arrays.stream(Packaging.values())
                .filter(packaging -> packaging.isIn(checkout.target()))
                .toList();
    }

    static String name(Packaging packaging) {
        return switch (packaging) {
            case NATIVE -> "native";
            case AOT_CACHE -> "JVM, AOT cache";
            case JVM -> "JVM";
        };
    }
}
