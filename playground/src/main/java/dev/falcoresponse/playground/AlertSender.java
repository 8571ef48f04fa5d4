package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.ClusterChanges.Change;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.EventTrace;
import dev.falcoresponse.playground.cluster.Cluster;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Sends alerts to the broker, and keeps what was answered and what it changed in the cluster. */
final class AlertSender implements AutoCloseable {
    private static final int CONCURRENT = 16;

    private final Cluster cluster;
    private final RunningFunctions running;
    private final History history;
    private final PageUpdates updates;
    private final Consumer<String> progress;
    private final ClusterChanges changes;
    private final ExecutorService threads = Executors.newFixedThreadPool(CONCURRENT);

    AlertSender(
            Cluster cluster,
            RunningFunctions running,
            History history,
            PageUpdates updates,
            Consumer<String> progress) {
        this.cluster = cluster;
        this.running = running;
        this.history = history;
        this.updates = updates;
        this.progress = progress;
        this.changes = new ClusterChanges(cluster.client());
    }

    /** What happened to an alert, and its entry in the history. */
    record Result(EventTrace trace, ObjectNode entry) {}

    /** Sends one alert and adds the result to history and report. */
    Result send(SentAlert alert, Report report, int expectedGeneration) {
        return running.withBroker(expectedGeneration, broker -> send(alert, report, broker));
    }

    /** Sends alerts to the functions that run now, some at a time. */
    AlertBatch sendAll(List<SentAlert> alerts) {
        int expectedGeneration = running.generation();
        return new AlertBatch(
                threads,
                alerts.stream()
                        .<Callable<ObjectNode>>map(each -> () ->
                                send(each, Report.NONE, expectedGeneration).entry())
                        .toList());
    }

    private Result send(SentAlert alert, Report report, Broker broker) {
        alert.before().run();
        Instant at = Instant.now();
        long started = System.nanoTime();
        EventTrace trace = broker.send(alert.event());
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        ObjectNode entry;
        synchronized (changes) {
            // where nothing was asked, nothing was changed
            List<Change> found = trace.answers().isEmpty() ? List.of() : findChanges();
            entry = history.add(alert, at, took, trace, found);
            report.add(alert, trace, found);
        }
        updates.publish("history");
        updates.publish("cluster");
        return new Result(trace, entry);
    }

    /** If the cluster cannot be read, the answers are still reported. */
    private List<Change> findChanges() {
        try {
            cluster.reconcile();
            return changes.sinceLastCall();
        } catch (KubernetesClientException e) {
            progress.accept("The cluster could not be read: " + e.getMessage());
            return List.of();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
