package dev.falcoresponse.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Approvals;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.audit.EventRecorder;
import dev.falcoresponse.event.AlertReader;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.kubernetes.EventApi;
import dev.falcoresponse.kubernetes.MemoryApi;
import dev.falcoresponse.limits.ActionLimits;
import dev.falcoresponse.limits.AnsweredAlerts;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Everything around the pipeline, in memory: clock, API server, metrics and log. */
final class World implements BeforeEachCallback, AfterEachCallback {
    static final Self SELF = new Self("tools", "label-pod-0");
    private static final Logger RECORDS = Logger.getLogger("falco-response.record");
    private static final Logger ERRORS = Logger.getLogger("dev.falcoresponse");
    private static final String EVENTS = "POST /apis/events.k8s.io/v1/namespaces/";

    final MemoryApi api = new MemoryApi().on(EVENTS + "shop/events", "{}").on(EVENTS + "default/events", "{}");
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<ResponseRecord> records = new ArrayList<>();
    private final EventRecorder events = new EventRecorder(new EventApi(api.client()), SELF, metrics);
    private Instant now = SampleAlert.TIME.plusSeconds(1);
    Approvals approvals = _ -> Optional.empty();
    private long nanos = Long.MAX_VALUE; // overflows at once, as System.nanoTime may

    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord line) {
            records.add(read(line.getMessage()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Override
    public void beforeEach(ExtensionContext test) {
        RECORDS.addHandler(log);
        RECORDS.setUseParentHandlers(false);
        ERRORS.setUseParentHandlers(false);
    }

    @Override
    public void afterEach(ExtensionContext test) throws InterruptedException {
        RECORDS.removeHandler(log);
        events.close(Duration.ofSeconds(5));
    }

    /** A responder of an action with these settings; dry run is off unless they say otherwise. */
    <T> EventResponder responder(Action<T> action, String... namesAndValues) {
        AlertReader reader = new AlertReader(
                action.name(),
                action.reversible().isPresent(),
                action.reversible().isPresent() || action.deferred().isPresent(),
                action.effect() == Effect.CHANGE,
                action.evidenceFrom(),
                clock());
        return responder(action, reader, namesAndValues);
    }

    <T> EventResponder responder(Action<T> action, EventReader reader, String... namesAndValues) {
        ResponseSettings settings = settings(namesAndValues);
        return new Responder<>(
                action,
                settings.dryRun() ? Run.DRY : Run.REAL,
                reader,
                new RuleGuards(settings),
                new ActionLimits(settings.cooldown(), settings.budget(), () -> nanos),
                new AnsweredAlerts(settings.cooldown(), settings.maxEventAge(), () -> nanos),
                approvals,
                new Audit(action.name(), Reason.ofPipeline(), metrics, events),
                clock());
    }

    ResponseSettings settings(String... namesAndValues) {
        List<String> all = new ArrayList<>(List.of("RESPONSE_DRY_RUN", "false"));
        all.addAll(List.of(namesAndValues));
        return TestSettings.of(all.toArray(String[]::new));
    }

    Namespaces namespaces() {
        return Namespaces.of(settings(), SELF);
    }

    InstantSource clock() {
        return () -> now;
    }

    void pass(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    /** Outcome and reason of an answer, whether it is a reply or a refusal. */
    static String answer(EventResponder responder, SampleAlert alert) {
        return answer(responder, alert.event());
    }

    static String answer(EventResponder responder, ReceivedEvent event) {
        try {
            ResponseRecord reply = responder.answer(event);
            return reply.outcome() + "/" + reply.reason();
        } catch (RefusedException e) {
            return e.outcome().text() + "/" + e.outcome().reason().text();
        }
    }

    /** The records in the log. */
    List<ResponseRecord> records() {
        return records;
    }

    ResponseRecord lastRecord() {
        return records.getLast();
    }

    /** How often an outcome was counted. */
    double count(String action, String outcome, String reason) {
        return metrics.get("falco.response.events")
                .tags("action", action, "outcome", outcome, "reason", reason)
                .counter()
                .count();
    }

    /** How many answers of that kind were timed. */
    long timed(String action, String outcome) {
        return metrics.get("falco.response")
                .tags("action", action, "outcome", outcome)
                .timer()
                .count();
    }

    /** All Kubernetes Events, once they have been written. */
    List<MemoryApi.Request> kubernetesEvents() throws InterruptedException {
        events.close(Duration.ofSeconds(5));
        return api.requests(EVENTS);
    }

    private static ResponseRecord read(String line) {
        try {
            return RecordJson.read(new ObjectMapper().readTree(line.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
