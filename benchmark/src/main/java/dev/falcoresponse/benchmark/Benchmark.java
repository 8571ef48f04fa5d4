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
import java.util.List;
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
            measureInTurn(pods, client, new Endpoint("--url", List.of(target), format));
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
            Alternation.burst(pods, endpoint, 10, 1);
            rows.add(new Measurement(
                    "memory after the first alerts",
                    name(packaging),
                    "MB",
                    List.of(Memory.resident(function)),
                    List.of(),
                    packaging == Packaging.NATIVE ? 75 : 120));
            Duration before = function.cpu();
            int alerts = measureInTurn(pods, server.client(), endpoint);
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

    private int measureInTurn(Pods pods, KubernetesClient client, Endpoint endpoint) {
        return inTurn(pods).measure(Alternation.besideBareApi(client, endpoint), parts, sizes, rates);
    }

    private Alternation inTurn(Pods pods) {
        return new Alternation(pods, rounds, senders, seconds, rows);
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
                inTurn(pods).bursts(subjects, 300, "replicas: ");
            } finally {
                functions.forEach(FunctionProcess::close);
            }
        }
    }

    static String name(Packaging packaging) {
        return switch (packaging) {
            case NATIVE -> "native";
            case AOT_CACHE -> "JVM, AOT cache";
            case JVM -> "JVM";
        };
    }
}
