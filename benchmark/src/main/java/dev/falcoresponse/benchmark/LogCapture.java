package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.Folders;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.TestPods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Measures how long snapshot-logs takes to store logs, compared with {@code kubectl logs} into a file. */
final class LogCapture {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int PROCESSES = 5;
    private static final String GROUP = "group";
    private static final String FUNCTION = "snapshot-logs";

    private final KubeApiServer server;
    private final Path kubectl;
    private final Checkout checkout;
    private final int rounds;
    private final List<Measurement> rows = new ArrayList<>();

    private LogCapture(KubeApiServer server, Path kubectl, Checkout checkout, int rounds) {
        this.server = server;
        this.kubectl = kubectl;
        this.checkout = checkout;
        this.rounds = rounds;
    }

    static List<Measurement> measure(KubeBinaries binaries, Checkout checkout, int rounds) {
        try (KubeApiServer server = KubeApiServer.start(binaries)) {
            LogCapture logs = new LogCapture(server, binaries.folder().resolve("kubectl"), checkout, rounds);
            logs.measure(1, 200, Double.NaN);
            logs.measure(50, 2, 1.2);
            return logs.rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void measure(int count, int megabytes, double goal) throws IOException {
        Path evidence = Files.createTempDirectory("evidence-");
        Path folder = Files.createTempDirectory("kubectl-");
        int processes = Math.min(count, PROCESSES);
        Map<String, String> settings = new HashMap<>(FunctionProcess.ACTING);
        settings.put("SNAPSHOT_LOGS_STORE", evidence.toUri().toString());
        settings.put("SNAPSHOT_LOGS_MAX_BYTES", megabytes + "M");
        Packaging packaging = checkout.built(FUNCTION).getFirst();
        List<Double> baseline = new ArrayList<>();
        List<Double> snapshots = new ArrayList<>();
        try (FakeNode node = FakeNode.add(server.client(), megabytes);
                FunctionProcess function = FunctionProcess.launch(
                        checkout.target(FUNCTION, packaging), packaging, checkout.access(FUNCTION, server), settings);
                Endpoint endpoint = Endpoint.of(function)) {
            StartupTime.awaitReady(function);
            // round -1 is a warm-up and not measured
            for (int round = -1; round < rounds; round++) {
                try (Pods pods = new Pods(server.client())) {
                    List<Pod> created = pods.create(count, grouped(node));
                    double kubectl = runKubectl(pods.namespace(), folder, processes, (long) count * megabytes);
                    double snapshot = snapshot(endpoint, created, evidence);
                    if (round >= 0) {
                        baseline.add(kubectl);
                        snapshots.add(snapshot);
                    }
                }
            }
            rows.add(
                    new Measurement(label(count, megabytes), "%d × kubectl logs".formatted(processes), "ms", baseline));
            rows.add(new Measurement(
                    label(count, megabytes), Benchmark.name(packaging), "ms", snapshots, baseline, goal));
            rows.add(new Measurement(
                    label(count, megabytes) + ": memory afterwards",
                    Benchmark.name(packaging),
                    "MB",
                    List.of(Memory.resident(function))));
        } finally {
            Folders.delete(folder);
            Folders.delete(evidence);
        }
    }

    /** Puts pods on the node, in groups small enough for kubectl to read without client-side throttling. */
    private static UnaryOperator<PodBuilder> grouped(FakeNode node) {
        AtomicInteger next = new AtomicInteger();
        return pod -> TestPods.onNode(node.name())
                .apply(pod)
                .editMetadata()
                .addToLabels(GROUP, Integer.toString(next.getAndIncrement() % PROCESSES))
                .endMetadata();
    }

    private static String label(int count, int megabytes) {
        return "logs: %d × %d MB".formatted(count, megabytes);
    }

    /** Reads all logs at once, in several processes, since kubectl throttles itself after ten requests. */
    private double runKubectl(String namespace, Path folder, int processes, long megabytes) throws IOException {
        KubeAccess access = server.admin();
        Path authority = Files.writeString(folder.resolve("authority.pem"), access.certificate());
        List<ProcessBuilder> builders = new ArrayList<>();
        for (int group = 0; group < processes; group++) {
            builders.add(new ProcessBuilder(
                            kubectl.toString(),
                            "--server=" + access.url(),
                            "--certificate-authority=" + authority,
                            "--token=" + access.token(),
                            "--namespace=" + namespace,
                            "logs",
                            "--selector=" + GROUP + "=" + group,
                            "--timestamps",
                            "--tail=-1",
                            "--max-log-requests=10")
                    .redirectOutput(folder.resolve(group + ".log").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD));
        }
        long start = System.nanoTime();
        List<Process> started = new ArrayList<>();
        for (ProcessBuilder builder : builders) {
            started.add(builder.start());
        }
        int failed = 0;
        for (Process process : started) {
            failed += process.onExit().join().exitValue() == 0 ? 0 : 1;
        }
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        long bytes = 0;
        for (int group = 0; group < processes; group++) {
            bytes += Files.size(folder.resolve(group + ".log"));
        }
        require(failed == 0 && bytes == megabytes * FakeNode.MEGABYTE, "kubectl did not return all logs");
        return millis;
    }

    /** Sends all alerts at once, and waits for all answers. */
    private static double snapshot(Endpoint endpoint, List<Pod> pods, Path evidence) throws IOException {
        List<Callable<Void>> requests = new ArrayList<>();
        for (Pod pod : pods) {
            Subject.Request request = endpoint.prepare(pod);
            requests.add(() -> {
                request.send();
                return null;
            });
        }
        long before = completeLogs(evidence);
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> answer : threads.invokeAll(requests)) {
                answer.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        require(completeLogs(evidence) == before + pods.size(), "The evidence store does not hold all logs");
        return millis;
    }

    private static long completeLogs(Path evidence) throws IOException {
        try (var files = Files.walk(evidence)) {
            return files.map(Path::getFileName)
                    .filter(name -> name.toString().matches("[^.]+\\.[^.]+\\.log\\.gz"))
                    .count();
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException(message);
        }
    }
}
