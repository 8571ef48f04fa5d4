package dev.falcoresponse.audit;

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

    public Audit(MeterRegistry metrics, EventRecorder events) {
        this.metrics = metrics;
        this.events = events;
    }

    /**
     * Records one answered event.
     *
     * @param json the record as text, written as the log line
     */
    public void record(ResponseRecord done, String json) {
        LOG.info(json);
        String outcome = done.outcome().text();
        Counter.builder("falco.response.events")
                .tags(
                        "action",
                        done.action(),
                        "outcome",
                        outcome,
                        "reason",
                        done.outcome().reason().text())
                .register(metrics)
                .increment();
        Timer.builder("falco.response")
                .tags("action", done.action(), "outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(metrics)
                .record(Duration.between(done.startedAt(), done.finishedAt()));
        events.record(done);
    }
}
