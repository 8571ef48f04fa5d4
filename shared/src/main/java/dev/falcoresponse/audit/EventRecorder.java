package dev.falcoresponse.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.reply.ResponseRecord;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Writes Kubernetes Events beside the way of an event: nobody waits for them, and none is lost in a shutdown. */
public final class EventRecorder {
    private static final Logger LOG = Logger.getLogger(EventRecorder.class);
    private static final int WRITERS = 4;
    private static final int WAITING = 4_000;

    /** Whoever is told of a deed can wait for it; the next alert of the same burst cannot. */
    private static final long LATER_NANOS = 1_000_000_000;

    /** The API's limit. */
    private static final int MAX_NOTE_BYTES = 1024;

    private static final DateTimeFormatter MICRO_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    private final ApiServer api;
    private final Self self;

    private final CountDownLatch closing = new CountDownLatch(1);

    // who finds the queue full writes the Event itself: slower, but nothing is dropped
    private final ThreadPoolExecutor writers = new ThreadPoolExecutor(
            WRITERS,
            WRITERS,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("kubernetes-events-", 0).factory(),
            (later, _) -> ((Later) later).write());

    public EventRecorder(ApiServer api, Self self) {
        this.api = api;
        this.self = self;
        writers.allowCoreThreadTimeOut(true);
    }

    /** Queues the Event about the pod, to be written a second later; without a pod there is nothing to hang it on. */
    void record(ResponseRecord done) {
        done.pod().ifPresent(pod -> writers.execute(new Later(event(done, pod), System.nanoTime() + LATER_NANOS)));
    }

    /** An Event that waits, without the pod, which is much larger; the queue is in order: none behind it is due before it. */
    private final class Later implements Runnable {
        private final Event event;
        private final long due;

        Later(Event event, long due) {
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
            } catch (ApiException e) {
                LOG.warnf("Kubernetes Event not written: %s", e.getMessage());
            }
        }
    }

    /** Writes what is queued, then ends; waits at most the given time. */
    public void close(Duration patience) throws InterruptedException {
        closing.countDown();
        writers.shutdown();
        if (!writers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warnf(
                    "%d Kubernetes Events were not written in time",
                    writers.getQueue().size());
        }
    }

    private Event event(ResponseRecord done, Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        Outcome outcome = done.outcome();
        boolean warning = outcome instanceof Outcome.Acted || outcome instanceof Outcome.Failed;
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(meta.getNamespace())
                .withName(name(meta.getName()))
                .endMetadata()
                .withEventTime(new MicroTime(MICRO_TIME.format(done.finishedAt().atOffset(ZoneOffset.UTC))))
                .withReportingController("falco-response/" + done.action())
                .withReportingInstance(cut(self.pod().isEmpty() ? done.action() : self.pod(), 128))
                .withAction(done.action())
                .withReason(outcome.reason().text())
                .withNote(note(done))
                .withType(warning ? "Warning" : "Normal")
                .withNewRegarding()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .withUid(meta.getUid())
                .endRegarding()
                .build();
    }

    /** As Kubernetes' own recorders name them: the pod, a dot, something that nothing else has. */
    private static String name(String pod) {
        return cut(pod, 200).replaceAll("[^a-z0-9]+$", "") + "."
                + UUID.randomUUID().toString().replace("-", "");
    }

    private static String note(ResponseRecord done) {
        String rule =
                done.alert().map(alert -> " (Falco rule: " + alert.rule() + ")").orElse("");
        ByteBuffer bytes = ByteBuffer.allocate(MAX_NOTE_BYTES);
        // stops in front of the first character that does not fit any more
        UTF_8.newEncoder()
                .encode(
                        CharBuffer.wrap(
                                done.outcome().text() + ": " + done.outcome().message() + rule),
                        bytes,
                        true);
        return UTF_8.decode(bytes.flip()).toString();
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }
}
