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

/** How long logs take that snapshot-logs compresses, digests and lists in a manifest, beside {@code kubectl logs} into a file. */
final class Logs {
    private static final double NANOS = 1e6;
    private static final int PROCESSES = 5;
    private static final String GROUP = "group";
    private static final String FUNCTION = "snapshot-logs";

    private final KubeApiServer server;
    private final Path kubectl;
    private final Checkout checkout;
    private final int rounds;
    private final List<Row> rows = new ArrayList<>();

    private Logs(KubeApiServer server, Path kubectl, Checkout checkout, int rounds) {
        this.server = server;
        this.kubectl = kubectl;
        this.checkout = checkout;
        this.rounds = rounds;
    }

    static List<Row> measure(KubeBinaries binaries, Checkout checkout, int rounds) {
        try (KubeApiServer server = KubeApiServer.start(binaries)) {
            Logs logs = new Logs(server, binaries.folder().resolve("kubectl"), checkout, rounds);
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
        Packaging packaging = Packaging.best(checkout.target(FUNCTION));
        List<Double> floor = new ArrayList<>();
        List<Double> taken = new ArrayList<>();
        try (LogNode node = LogNode.in(server.client(), megabytes);
                FunctionProcess function = FunctionProcess.launch(
                        checkout.target(FUNCTION), packaging, checkout.access(FUNCTION, server), settings);
                Endpoint endpoint = Endpoint.of(function)) {
            Starts.awaitReady(function);
            // the first of each is not counted
            for (int round = -1; round < rounds; round++) {
                try (Pods pods = new Pods(server.client())) {
                    List<Pod> all = pods.make(count, group(node));
                    double bare = kubectl(pods.namespace(), folder, processes, (long) count * megabytes);
                    double ours = secure(endpoint, all, evidence);
                    if (round >= 0) {
                        floor.add(bare);
                        taken.add(ours);
                    }
                }
            }
            rows.add(new Row(what(count, megabytes), "%d × kubectl logs".formatted(processes), "ms", floor));
            rows.add(new Row(what(count, megabytes), Benchmark.name(packaging), "ms", taken, floor, goal));
            rows.add(new Row(
                    what(count, megabytes) + ": memory after them",
                    Benchmark.name(packaging),
                    "MB",
                    List.of(Memory.megabytes(function))));
        } finally {
            Folders.delete(folder);
            Folders.delete(evidence);
        }
    }

    /** On the node, and as many in each group as kubectl reads without holding back. */
    private static UnaryOperator<PodBuilder> group(LogNode node) {
        AtomicInteger made = new AtomicInteger();
        return pod -> TestPods.onNode(node.name())
                .apply(pod)
                .editMetadata()
                .addToLabels(GROUP, Integer.toString(made.getAndIncrement() % PROCESSES))
                .endMetadata();
    }

    private static String what(int count, int megabytes) {
        return "logs: %d × %d MB".formatted(count, megabytes);
    }

    /** All at once too; in several processes, since each holds itself back after ten requests. */
    private double kubectl(String namespace, Path folder, int processes, long megabytes) throws IOException {
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
        double millis = (System.nanoTime() - start) / NANOS;
        long bytes = 0;
        for (int group = 0; group < processes; group++) {
            bytes += Files.size(folder.resolve(group + ".log"));
        }
        require(failed == 0 && bytes == megabytes * LogNode.MEGABYTE, "kubectl did not give all logs");
        return millis;
    }

    /** All alerts at once. */
    private static double secure(Endpoint endpoint, List<Pod> pods, Path evidence) throws IOException {
        List<Callable<Void>> attempts = new ArrayList<>();
        for (Pod pod : pods) {
            Subject.Attempt attempt = endpoint.prepare(pod);
            attempts.add(() -> {
                attempt.make();
                return null;
            });
        }
        long before = wholeLogs(evidence);
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> answer : threads.invokeAll(attempts)) {
                answer.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        double millis = (System.nanoTime() - start) / NANOS;
        require(wholeLogs(evidence) == before + pods.size(), "not all logs are in the evidence");
        return millis;
    }

    private static long wholeLogs(Path evidence) throws IOException {
        try (var files = Files.walk(evidence)) {
            return files.map(Path::getFileName)
                    .filter(name -> name.toString().matches("[^.]+\\.[^.]+\\.log\\.gz"))
                    .count();
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
