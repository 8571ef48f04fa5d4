package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.EventTarget;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.settings.ResponseSettings;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Tells people about replies of actions and about dead letters: as events for Falcosidekick, which sends them to its outputs. */
@Singleton
final class NotifyFalcosidekick implements Action<Alert> {
    static final String NAME = "notify-falcosidekick";

    private static final Reason NOTIFIED = Reason.acted("notified");

    private final Falcosidekick falcosidekick;
    private final Incidents incidents;
    private final Messages messages;

    NotifyFalcosidekick(NotifyFalcosidekickSettings settings, ResponseSettings response, InstantSource clock) {
        this.falcosidekick = new Falcosidekick(settings.url(), response.apiTimeout());
        this.incidents = new Incidents(falcosidekick, settings.window().orElse(Duration.ZERO));
        this.messages = new Messages(clock);
    }

    @PreDestroy
    void close() {
        falcosidekick.close();
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

    @Override
    public List<Reason> reasons() {
        return List.of(NOTIFIED);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(NotifyFalcosidekickSettings.class);
    }

    /** It asks the API server for nothing. */
    @Override
    public List<Permission> permissions() {
        return List.of();
    }

    @Override
    public boolean takesUnreadable() {
        return true;
    }

    /** Brokers repeat, and a filter that is down makes a dead letter for each Trigger: people are told once. */
    @Override
    public Change act(Alert alert, Alert event, Run run) throws OutcomeException {
        Message message = messages.about(event);
        switch (run) {
            case REAL -> {
                if (!incidents.tell(message)) {
                    throw new OutcomeException(
                            new Skipped(Reason.ALREADY_DONE, "People were told already: " + message.summary()));
                }
            }
            case DRY -> falcosidekick.ping(message);
        }
        return new Change(
                NOTIFIED,
                run.verb("Told Falcosidekick: ", "tell Falcosidekick: ") + message.summary(),
                message.details());
    }
}
