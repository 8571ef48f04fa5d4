package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

/** Measures what a response costs compared with the bare Kubernetes API. */
@Command(
        name = "benchmark/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Measures delete-pod and the bare API in alternation on a real kube-apiserver. The API server's watch"
                        + " gives the time of each deletion. Without --url it starts the API server and the functions itself.")
final class Benchmark implements Callable<Integer> {
    private static final int SINGLES = 100;
    private static final double NANOS_PER_MILLI = 1e6;

    /** The parts of the benchmark. */
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
            description = "parts to measure: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--rounds", paramLabel = "N", description = "rounds per measurement (default: ${DEFAULT-VALUE})")
    private int rounds = 7;

    @Option(names = "--sizes", split = ",", paramLabel = "N", description = "alerts per burst (default: 100,300,1000)")
    private List<Integer> sizes = List.of(100, 300, 1000);

    @Option(
            names = "--senders",
            paramLabel = "N",
            description = "concurrent senders of a burst (default: ${DEFAULT-VALUE})")
    private int senders = 32;

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "N",
            description = "sustained rates in alerts per second (default: 50,200)")
    private List<Integer> rates = List.of(50, 200);

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "duration of each sustained rate (default: ${DEFAULT-VALUE})")
    private int seconds = 60;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "measure the response engine at this URL, which must act in the cluster of the current kubeconfig"
                            + " context, without a budget; pods are created in a temporary namespace; only single, burst and"
                            + " sustained")
    private @Nullable URI url;

    @Option(
            names = "--format",
            paramLabel = "json|cloudevent",
            description = "form of the alerts for --url (default: ${DEFAULT-VALUE})")
    private Endpoint.Format format = Endpoint.Format.cloudevent;

    @Option(
            names = "--native",
            paramLabel = "DIR",
            description =
                    "measure native binaries that were built elsewhere too: DIR has a folder for each function, with its"
                            + " *-runner in it or in its target, as functions/ has")
    private @Nullable Path nativeFolder;

    @Option(
            names = "--write",
            description = "write results.json, bursts.svg and the table in README.md, all in benchmark/")
    private boolean write;

    private Checkout checkout = Checkout.here();
    private final List<Measurement> rows = new ArrayList<>();

    /** The values of the current measurement by name, one per round. */
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        Checkout.run(new Benchmark(), arguments);
    }

    @Override
    public Integer call() {
        if (write && parts.size() < Part.values().length) {
            throw new ParameterException(new CommandLine(this), "--write needs all parts");
        }
        if (nativeFolder != null) {
            checkout = checkout.withNative(nativeFolder);
        }
        if (url == null) {
            measureFunctions();
        } else {
            measureUrl(url);
        }
        Report report = new Report(rows);
        System.out.println(report.markdown());
        if (write) {
            report.write(checkout.home());
        }
        return 0;
    }

    private void measureUrl(URI target) {
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                Pods pods = new Pods(client)) {
            measureInTurn(pods, besideBareApi(client, new Endpoint("--url", List.of(target), format)));
        }
    }

    private void measureFunctions() {
        KubeBinaries binaries = Checkout.binaries(this);
        if (parts.contains(Part.start)) {
            try (KubeApiServer server = KubeApiServer.start(binaries)) {
                for (Packaging packaging : checkout.built()) {
                    rows.addAll(StartupTime.measure(checkout, packaging, server, rounds));
                }
            }
        }
        if (parts.contains(Part.calls)) {
            rows.add(ApiCalls.measure(binaries, checkout));
        }
        if (parts.contains(Part.logs)) {
            rows.addAll(LogCapture.measure(binaries, checkout, rounds));
        }
        if (Stream.of(Part.single, Part.burst, Part.sustained).anyMatch(parts::contains)) {
            for (Packaging packaging : checkout.built()) {
                measureDeletePod(binaries, packaging);
            }
        }
        if (parts.contains(Part.replicas)) {
            measureReplicas(binaries);
        }
    }

    private void measureDeletePod(KubeBinaries binaries, Packaging packaging) {
        try (KubeApiServer server = KubeApiServer.start(binaries);
                FunctionProcess function = checkout.start(packaging, checkout.access(server));
                Pods pods = new Pods(server.client());
                Endpoint endpoint = new Endpoint(name(packaging), List.of(function.uri()), format)) {
            double idle = Memory.resident(function);
            requireComplete(pods, endpoint, LoadRun.burst(endpoint, pods.create(10), 1, pods.deletions()));
            rows.add(new Measurement(
                    "memory after the first alerts",
                    name(packaging),
                    "MB",
                    List.of(Memory.resident(function)),
                    List.of(),
                    packaging == Packaging.NATIVE ? 75 : 120));
            Duration before = function.cpu();
            int alerts = measureInTurn(pods, besideBareApi(server.client(), endpoint));
            rows.add(new Measurement(
                    "processor time per alert, all threads of the function",
                    name(packaging),
                    "ms",
                    List.of(function.cpu().minus(before).toNanos() / NANOS_PER_MILLI / alerts)));
            rows.add(new Measurement("memory idle", name(packaging), "MB", List.of(idle)));
            rows.add(new Measurement(
                    "memory after all alerts", name(packaging), "MB", List.of(Memory.resident(function))));
        }
    }

    private void measureReplicas(KubeBinaries binaries) {
        Packaging best = checkout.built().getFirst();
        try (KubeApiServer server = KubeApiServer.start(binaries);
                Pods pods = new Pods(server.client())) {
            List<FunctionProcess> functions = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    functions.add(checkout.start(best, checkout.access(server)));
                }
                List<Subject> subjects = new ArrayList<>(List.of(new BareApi(server.client(), true)));
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

    /** The first is what the others are compared with. */
    private static List<Subject> besideBareApi(KubernetesClient client, Endpoint endpoint) {
        return List.of(new BareApi(client, true), new BareApi(client, false), endpoint);
    }

    /** Measures the subjects in alternation, and returns how many alerts each of them got. */
    private int measureInTurn(Pods pods, List<Subject> subjects) {
        // warm-up, not measured: the first requests load classes and open connections
        int alerts = 200;
        for (Subject subject : subjects) {
            requireComplete(pods, subject, LoadRun.burst(subject, pods.create(alerts), senders, pods.deletions()));
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
        values.clear();
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : subjects) {
                LoadRun run = requireComplete(
                        pods, subject, LoadRun.burst(subject, pods.create(SINGLES), 1, pods.deletions()));
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

    private void bursts(Pods pods, List<Subject> subjects, int size, String prefix) {
        values.clear();
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : subjects) {
                add(
                        subject.name(),
                        requireComplete(
                                        pods,
                                        subject,
                                        LoadRun.burst(subject, pods.create(size), senders, pods.deletions()))
                                .millis());
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
        return subject.name().startsWith(name(Packaging.NATIVE)) ? 1.3 : 1.5;
    }

    private Measurement measurement(String baseline, String suffix, Subject subject, String label, double goal) {
        List<Double> own = values(subject.name() + suffix);
        return subject instanceof BareApi
                ? new Measurement(label, subject.name(), "ms", own)
                : new Measurement(label, subject.name(), "ms", own, values(baseline + suffix), goal);
    }

    private void sustained(Pods pods, List<Subject> subjects, int rate) {
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

    static String name(Packaging packaging) {
        return switch (packaging) {
            case NATIVE -> "native";
            case AOT_CACHE -> "JVM, AOT cache";
            case JVM -> "JVM";
        };
    }
}
