package dev.falcoresponse.audit;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.kubernetes.EventApi;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Writes Kubernetes Events in the background: no answer waits for them, and a shutdown loses none. Thread-safe. */
public final class EventRecorder {
    private static final Logger LOG = Logger.getLogger(EventRecorder.class);
    private static final int WRITERS = 4;
    private static final int MAX_QUEUED = 4_000;

    /** Events are written a second later, so that they do not delay the alerts of the same burst. */
    private static final long DELAY_NANOS = 1_000_000_000;

    private final EventApi api;
    private final Self self;
    private final Counter lost;
    private final CountDownLatch closing = new CountDownLatch(1);

    // when the queue is full, the caller writes the Event itself: slower, but no Event is dropped
    private final ThreadPoolExecutor writers = new ThreadPoolExecutor(
            WRITERS,
            WRITERS,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_QUEUED),
            Thread.ofPlatform().name("kubernetes-events-", 0).factory(),
            (queued, _) -> ((Queued) queued).write());

    public EventRecorder(EventApi api, Self self, MeterRegistry metrics) {
        this.api = api;
        this.self = self;
        this.lost = Counter.builder("falco.response.kubernetes.events.lost").register(metrics);
        writers.allowCoreThreadTimeOut(true);
    }

    /** Queues the Event about an object. */
    void record(ResponseRecord record, ObjectReference about) {
        writers.execute(new Queued(EventNote.of(record, about, self), System.nanoTime() + DELAY_NANOS));
    }

    /** An Event that waits to be written; the queue is in the order of the due times. */
    private final class Queued implements Runnable {
        private final Event event;
        private final long due;

        Queued(Event event, long due) {
            this.event = event;
            this.due = due;
        }

        @Override
        public void run() {
            try {
                closing.await(due - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            write();
        }

        void write() {
            try {
                api.create(event);
            } catch (OutcomeException | RuntimeException e) {
                lost.increment();
                LOG.warnf("Kubernetes Event not written: %s", e.getMessage());
            }
        }
    }

    /** Writes what is queued and ends; waits at most for the given time. */
    public void close(Duration timeout) throws InterruptedException {
        closing.countDown();
        writers.shutdown();
        if (!writers.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warnf(
                    "%d Kubernetes Events were not written in time",
                    writers.getQueue().size());
        }
    }
}
