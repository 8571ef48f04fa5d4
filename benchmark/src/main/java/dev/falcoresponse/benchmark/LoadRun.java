package dev.falcoresponse.benchmark;

import dev.falcoresponse.benchmark.Subject.Request;
import dev.falcoresponse.benchmark.Subject.RequestFailedException;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * The result of sending a number of alerts.
 *
 * @param millis from the first request until the last pod was deleted
 * @param latencies milliseconds from each request until its pod was deleted, ascending; pods that were not deleted are left out
 * @param failed how many requests failed
 * @param remaining how many pods were not deleted in time
 */
record LoadRun(double millis, List<Double> latencies, int failed, int remaining) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final double NANOS_PER_MILLI = 1e6;

    /** Sends one request per pod; each sender waits for the answer before it sends the next request. */
    static LoadRun burst(Subject subject, List<Pod> pods, int senders, DeletionWatch deletions) {
        List<Request> requests = pods.stream().map(subject::prepare).toList();
        AtomicInteger next = new AtomicInteger();
        return measure(pods, deletions, (sent, failed) -> {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                threads.invokeAll(IntStream.range(0, senders)
                        .<Callable<Void>>mapToObj(_ -> () -> {
                            for (int i = next.getAndIncrement(); i < requests.size(); i = next.getAndIncrement()) {
                                send(requests.get(i), i, sent, failed);
                            }
                            return null;
                        })
                        .toList());
            }
        });
    }

    /** Sends at a fixed rate without waiting for answers. */
    static LoadRun atRate(Subject subject, List<Pod> pods, double perSecond, DeletionWatch deletions) {
        List<Request> requests = pods.stream().map(subject::prepare).toList();
        return measure(pods, deletions, (sent, failed) -> {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                long start = System.nanoTime();
                for (int i = 0; i < requests.size(); i++) {
                    long due = start + (long) (i * 1e9 / perSecond);
                    while (due - System.nanoTime() > 0) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                    int index = i;
                    threads.execute(() -> send(requests.get(index), index, sent, failed));
                }
            }
        });
    }

    @FunctionalInterface
    private interface Sender {
        void sendAll(long[] sent, ConcurrentLinkedQueue<String> failed) throws InterruptedException;
    }

    private static LoadRun measure(List<Pod> pods, DeletionWatch deletions, Sender sender) {
        long[] sent = new long[pods.size()];
        ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
        List<String> uids = pods.stream().map(pod -> pod.getMetadata().getUid()).toList();
        try {
            sender.sendAll(sent, failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        failed.stream().limit(3).forEach(System.err::println);
        deletions.await(uids, TIMEOUT);
        int[] deleted = IntStream.range(0, uids.size())
                .filter(i -> deletions.deletedAt(uids.get(i)) != Long.MIN_VALUE)
                .toArray();
        long first = Arrays.stream(sent).min().orElseThrow();
        long last = Arrays.stream(deleted)
                .mapToLong(i -> deletions.deletedAt(uids.get(i)))
                .max()
                .orElse(first);
        List<Double> latencies = Arrays.stream(deleted)
                .mapToDouble(i -> (deletions.deletedAt(uids.get(i)) - sent[i]) / NANOS_PER_MILLI)
                .sorted()
                .boxed()
                .toList();
        return new LoadRun((last - first) / NANOS_PER_MILLI, latencies, failed.size(), uids.size() - deleted.length);
    }

    private static void send(Request request, int index, long[] sent, ConcurrentLinkedQueue<String> failed) {
        sent[index] = System.nanoTime();
        try {
            request.send();
        } catch (RequestFailedException e) {
            failed.add(String.valueOf(e.getMessage()));
        }
    }

    /** A percentile of the latencies, in milliseconds. */
    double percentile(int percent) {
        return latencies.isEmpty()
                ? Double.NaN
                : latencies.get((int) Math.ceil(latencies.size() * percent / 100.0) - 1);
    }
}
