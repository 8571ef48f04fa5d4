package dev.falcoresponse.benchmark;

import dev.falcoresponse.benchmark.Subject.Attempt;
import dev.falcoresponse.benchmark.Subject.FailureException;
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
 * What came of some alerts.
 *
 * @param millis from the first request until the last pod was gone
 * @param latencies milliseconds from each request until its pod was gone, ascending; without those that are not gone
 * @param failed how many were not answered as done
 * @param left how many pods were still there in the end
 */
record Burst(double millis, List<Double> latencies, int failed, int left) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double NANOS = 1e6;

    /** Sends one request for each pod by so many senders, each of which waits for its answer. */
    static Burst of(Subject subject, List<Pod> pods, int senders, Deletions deletions) {
        List<Attempt> attempts = pods.stream().map(subject::prepare).toList();
        AtomicInteger next = new AtomicInteger();
        return measure(pods, deletions, (sent, failed) -> {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                threads.invokeAll(IntStream.range(0, senders)
                        .<Callable<Void>>mapToObj(_ -> () -> {
                            for (int i = next.getAndIncrement(); i < attempts.size(); i = next.getAndIncrement()) {
                                make(attempts.get(i), i, sent, failed);
                            }
                            return null;
                        })
                        .toList());
            }
        });
    }

    /** Sends at a fixed rate, whether or not what was sent before has been answered. */
    static Burst atRate(Subject subject, List<Pod> pods, double perSecond, Deletions deletions) {
        List<Attempt> attempts = pods.stream().map(subject::prepare).toList();
        return measure(pods, deletions, (sent, failed) -> {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                long start = System.nanoTime();
                for (int i = 0; i < attempts.size(); i++) {
                    long due = start + (long) (i * 1e9 / perSecond);
                    while (due - System.nanoTime() > 0) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                    int each = i;
                    threads.execute(() -> make(attempts.get(each), each, sent, failed));
                }
            }
        });
    }

    @FunctionalInterface
    private interface Sending {
        void send(long[] sent, ConcurrentLinkedQueue<String> failed) throws InterruptedException;
    }

    private static Burst measure(List<Pod> pods, Deletions deletions, Sending sending) {
        long[] sent = new long[pods.size()];
        ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
        List<String> uids = pods.stream().map(pod -> pod.getMetadata().getUid()).toList();
        try {
            sending.send(sent, failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        failed.stream().limit(3).forEach(System.err::println);
        deletions.await(uids, PATIENCE);
        int[] gone = IntStream.range(0, uids.size())
                .filter(i -> deletions.goneAt(uids.get(i)) != Long.MIN_VALUE)
                .toArray();
        long first = Arrays.stream(sent).min().orElseThrow();
        long last = Arrays.stream(gone)
                .mapToLong(i -> deletions.goneAt(uids.get(i)))
                .max()
                .orElse(first);
        List<Double> latencies = Arrays.stream(gone)
                .mapToDouble(i -> (deletions.goneAt(uids.get(i)) - sent[i]) / NANOS)
                .sorted()
                .boxed()
                .toList();
        return new Burst((last - first) / NANOS, latencies, failed.size(), uids.size() - gone.length);
    }

    private static void make(Attempt attempt, int index, long[] sent, ConcurrentLinkedQueue<String> failed) {
        sent[index] = System.nanoTime();
        try {
            attempt.make();
        } catch (FailureException e) {
            failed.add(String.valueOf(e.getMessage()));
        }
    }

    /** The latency that so many of a hundred stay below, in milliseconds. */
    double percentile(int percent) {
        return latencies.isEmpty()
                ? Double.NaN
                : latencies.get((int) Math.ceil(latencies.size() * percent / 100.0) - 1);
    }
}
