package dev.falcoresponse.playground;

import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.Cluster;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The functions and their broker, which are restarted to switch between acting and preview. */
final class RunningFunctions implements AutoCloseable {
    private final Path home;
    private final RuleBook rules;
    private final Cluster cluster;
    private final Consumer<String> progress;
    // held for reading while an event is sent, for writing while the functions are restarted
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    /** The number of restarts. */
    private final AtomicInteger generation = new AtomicInteger();

    private volatile Functions functions;
    private volatile Broker broker;
    private volatile boolean acts;
    private volatile boolean restartFailed;

    /** @param first more settings until the first restart */
    RunningFunctions(
            Path home,
            RuleBook rules,
            Cluster cluster,
            boolean acts,
            Map<String, String> first,
            Consumer<String> progress) {
        this.home = home;
        this.rules = rules;
        this.cluster = cluster;
        this.acts = acts;
        this.progress = progress;
        this.functions = Functions.start(home, rules, cluster, acts, first);
        this.broker = functions.broker(rules, progress);
    }

    Functions functions() {
        return functions;
    }

    boolean acts() {
        return acts;
    }

    int generation() {
        return generation.get();
    }

    /** The number of functions that do not run although they should. */
    int endedCount() {
        return restartFailed ? functions.addresses().size() : functions.endedCount();
    }

    /**
     * Runs a task that a restart waits for.
     *
     * @param expectedGeneration stops an alert that was meant for a preview from being sent to functions that act
     */
    <T> T withBroker(int expectedGeneration, Function<Broker, T> task) {
        lock.readLock().lock();
        try {
            if (generation.get() != expectedGeneration) {
                throw new IllegalArgumentException("Not sent: the functions were restarted after the request");
            }
            return task.apply(broker);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Runs a task that changes the cluster. */
    <T> T whileActing(Supplier<T> task) {
        lock.readLock().lock();
        try {
            if (!acts) {
                throw new IllegalArgumentException("Nothing is changed while the functions only preview");
            }
            return task.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Switches between acting and preview; restarts functions that have ended. */
    void setActing(boolean act) {
        if (acts && !act) {
            // before the wait for events in progress, so that nothing acts during the wait
            acts = false;
            close();
        }
        lock.writeLock().lock();
        try {
            if (acts != act || functions.isClosed() || functions.endedCount() > 0) {
                restart(act);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Restarts the functions with the settings of their manifests. */
    void startAnew() {
        lock.writeLock().lock();
        try {
            restart(acts);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void restart(boolean act) {
        acts = false;
        generation.incrementAndGet();
        close();
        boolean started = false;
        try {
            functions = Functions.start(home, rules, cluster, act, Map.of());
            broker = functions.broker(rules, progress);
            acts = act;
            started = true;
        } finally {
            restartFailed = !started;
        }
    }

    @Override
    public void close() {
        broker.close();
        functions.close();
    }
}
