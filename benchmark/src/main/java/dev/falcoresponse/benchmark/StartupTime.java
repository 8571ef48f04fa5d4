package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.FunctionProcess.Packaging;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Measures the time from the start of a process to its first answers. */
final class StartupTime {
    private static final long TIMEOUT_NANOS = 60_000_000_000L;
    private static final long POLL_INTERVAL_NANOS = 1_000_000;
    private static final double NANOS_PER_MILLI = 1e6;

    private StartupTime() {}

    static List<Measurement> measure(Checkout checkout, Packaging packaging, KubeApiServer server, int rounds) {
        KubeAccess access = checkout.access(server);
        List<Double> firstAnswer = new ArrayList<>();
        List<Double> ready = new ArrayList<>();
        List<Double> firstAlert = new ArrayList<>();
        try (Pods pods = new Pods(server.client())) {
            for (int round = 0; round < rounds; round++) {
                var pod = pods.create(1);
                long start = System.nanoTime();
                try (FunctionProcess function = FunctionProcess.launch(
                                checkout.target(packaging), packaging, access, FunctionProcess.ACTING);
                        Endpoint endpoint = Endpoint.of(function)) {
                    await(function, "_/health");
                    firstAnswer.add((System.nanoTime() - start) / NANOS_PER_MILLI);
                    await(function, "_/ready");
                    ready.add((System.nanoTime() - start) / NANOS_PER_MILLI);
                    firstAlert.add(Alternation.requireComplete(
                                    pods, endpoint, LoadRun.burst(endpoint, pod, 1, pods.deletions()))
                            .percentile(50));
                }
            }
        }
        String name = Benchmark.name(packaging);
        double goal = switch (packaging) {
            case NATIVE -> Double.NaN;
            case AOT_CACHE -> 350;
            case JVM -> Double.NaN;
        };
        return List.of(
                new Measurement("start to first answer", name, "ms", firstAnswer, List.of(), goal),
                new Measurement("start to ready", name, "ms", ready),
                new Measurement(
                        "first alert after ready", name, "ms", firstAlert, List.of(), Double.isNaN(goal) ? goal : 30));
    }

    static void awaitReady(FunctionProcess function) {
        await(function, "_/ready");
    }

    static void awaitLive(FunctionProcess function) {
        await(function, "_/health");
    }

    private static void await(FunctionProcess function, String path) {
        long end = System.nanoTime() + TIMEOUT_NANOS;
        while (!answers(function, path)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("The function did not answer /" + path);
            }
            LockSupport.parkNanos(POLL_INTERVAL_NANOS);
        }
    }

    private static boolean answers(FunctionProcess function, String path) {
        try {
            var connection =
                    (HttpURLConnection) function.uri().resolve(path).toURL().openConnection();
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }
}
