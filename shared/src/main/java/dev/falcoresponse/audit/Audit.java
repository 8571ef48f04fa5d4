package dev.falcoresponse.audit;

import dev.falcoresponse.Reason;
import dev.falcoresponse.reply.ResponseRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The one place where an answered event leaves its traces, each exactly once. */
public final class Audit {
    /** The category whose lines are bare records, for whoever collects them. */
    private static final Logger LOG = Logger.getLogger("falco-response.record");

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50),
        Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1),
        Duration.ofMillis(2500), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30)
    };

    private final MeterRegistry metrics;
    private final EventRecorder events;

    /** Every counter is there from the start, at 0: what begins at 1 is no increase to whoever watches. */
    public Audit(String action, MeterRegistry metrics, EventRecorder events) {
        this.metrics = metrics;
        this.events = events;
        for (Reason reason : Reason.values()) {
            counter(action, reason.outcome(), reason.text());
        }
    }

    private Counter counter(String action, String outcome, String reason) {
        return Counter.builder("falco.response.events")
                .tags("action", action, "outcome", outcome, "reason", reason)
                .register(metrics);
    }

    /**
     * Records one answered event.
     *
     * @param json the record as text, written as the log line
     */
    public void record(ResponseRecord done, String json) {
        LOG.info(json);
        String outcome = done.outcome().text();
        counter(done.action(), outcome, done.outcome().reason().text()).increment();
        Timer.builder("falco.response")
                .tags("action", done.action(), "outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(metrics)
                .record(Duration.between(done.startedAt(), done.finishedAt()));
        events.record(done);
    }
}
