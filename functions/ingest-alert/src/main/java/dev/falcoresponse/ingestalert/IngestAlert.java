package dev.falcoresponse.ingestalert;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.EventTarget;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.http.BrokerSink;
import dev.falcoresponse.kubernetes.Polling;
import dev.falcoresponse.settings.ResponseSettings;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes in alerts that no Trigger could route, since they do not say their rule: from Kafka, and from Falcosidekick's webhook output.
 * Falcosidekick does not repeat what it could not deliver, so that an alert from it is posted to the broker before it is answered. One
 * from Kafka came through the broker, which delivers the function's reply.
 */
@Singleton
final class IngestAlert implements Action<Alert> {
    static final String NAME = "ingest-alert";

    private static final Reason INGESTED = Reason.acted("ingested");

    /** An idle connection that the broker has closed, or a replica of it that ends. */
    private static final Duration REPEATS = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final String WITHOUT_BROKER =
            BrokerSink.ADDRESS + " is not set: alerts of webhooks cannot be handed on";

    private final Optional<BrokerSink> broker;
    private final boolean takesWebhooks;
    private final boolean checksCallers;

    IngestAlert(ResponseSettings settings) {
        this.broker = BrokerSink.in(System.getenv(), settings.apiTimeout());
        this.takesWebhooks = settings.tokenFile().isPresent();
        this.checksCallers = takesWebhooks || settings.oidcAudience().isPresent();
    }

    @PreDestroy
    void close() {
        broker.ifPresent(BrokerSink::close);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Target<Alert> target() {
        return new EventTarget();
    }

    @Override
    public Effect effect() {
        return Effect.NOTIFY;
    }

    /** The actions preview; alerts must reach them. */
    @Override
    public boolean heedsDryRun() {
        return false;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(INGESTED);
    }

    /** It asks the API server for nothing. */
    @Override
    public List<Permission> permissions() {
        return List.of();
    }

    /** Webhooks need the broker. */
    @Override
    public Optional<String> obstacle() {
        return takesWebhooks && broker.isEmpty() ? Optional.of(WITHOUT_BROKER) : Optional.empty();
    }

    /** Whoever sends it gets the alert back, named: nothing reaches the broker but by its own Trigger. */
    @Override
    public boolean isOpenTo(String type) {
        return type.equals(IngestReader.FROM_KAFKA);
    }

    /** Falcosidekick sends our notifications to all its outputs. */
    @Override
    public Optional<Outcome> refusal(Alert alert, Alert event) {
        if (!IngestReader.isFromKafka(event.event()) && !checksCallers) {
            return Optional.of(
                    new Rejected(
                            403,
                            Reason.NOT_ALLOWED,
                            "Anybody could send alerts: set RESPONSE_TOKEN_FILE or RESPONSE_OIDC_AUDIENCE to take them from a webhook"));
        }
        return Notification.isOne(alert.rule(), alert.source())
                ? Optional.of(new Denied(Reason.SELF, "This is a notification about a response and no alert"))
                : Optional.empty();
    }

    @Override
    public Change act(Alert alert, Alert event, Run run) throws OutcomeException {
        if (IngestReader.isFromKafka(event.event())) {
            return new Change(INGESTED, "Named the alert \"" + alert.rule() + "\" for the broker", Map.of());
        }
        Optional<OutcomeException> refused =
                Polling.until(REPEATS, PAUSE, () -> post(alert), answer -> answer.isEmpty() || isFinal(answer.get()));
        if (refused.isPresent()) {
            throw refused.get();
        }
        return new Change(INGESTED, "Handed the alert \"" + alert.rule() + "\" to the broker", Map.of());
    }

    private static boolean isFinal(OutcomeException refused) {
        return !(refused.outcome() instanceof Failed failed && failed.retryable());
    }

    /** Why the broker did not take the alert; empty when it did. Each repetition has the same id. */
    private Optional<OutcomeException> post(Alert alert) {
        try {
            broker.orElseThrow(() -> new OutcomeException(Failed.retryable(Reason.UNAVAILABLE, WITHOUT_BROKER)))
                    .post(NamedAlert.attributes(alert), alert.event().data());
            return Optional.empty();
        } catch (OutcomeException e) {
            return Optional.of(e);
        }
    }
}
