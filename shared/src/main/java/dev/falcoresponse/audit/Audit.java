package dev.falcoresponse.audit;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ResponseRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Writes the log line, the metrics and the Kubernetes Event of each answered event, exactly once. */
public final class Audit {
    /** The category whose lines are records and nothing else. */
    private static final Logger LOG = Logger.getLogger("falco-response.record");

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50),
        Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1),
        Duration.ofMillis(2500), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30)
    };

    private final MeterRegistry metrics;
    private final EventRecorder events;

    /**
     * The audit of one function. Every counter exists from the start, at 0: Prometheus sees no increase in a counter that
     * begins at 1.
     */
    public Audit(String action, List<Reason> reasons, MeterRegistry metrics, EventRecorder events) {
        this.metrics = metrics;
        this.events = events;
        reasons.forEach(reason -> counter(action, reason.kind().text(), reason.text()));
    }

    /**
     * Records one answered event.
     *
     * @param object what the Kubernetes Event is about; empty when no object was found
     */
    public void record(ResponseRecord record, Optional<ObjectReference> object) {
        LOG.info(RecordJson.write(record));
        counter(record.action(), record.outcome(), record.reason()).increment();
        Timer.builder("falco.response")
                .tags("action", record.action(), "outcome", record.outcome())
                .serviceLevelObjectives(BUCKETS)
                .register(metrics)
                .record(Duration.between(Instant.parse(record.startedAt()), Instant.parse(record.finishedAt())));
        // what has no uid, a user, is no object that an Event could be about
        object.filter(about -> !about.uid().isEmpty()).ifPresent(about -> events.record(record, about));
    }

    private Counter counter(String action, String outcome, String reason) {
        return Counter.builder("falco.response.events")
                .tags("action", action, "outcome", outcome, "reason", reason)
                .register(metrics);
    }
}
