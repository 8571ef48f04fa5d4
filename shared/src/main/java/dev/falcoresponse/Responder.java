package dev.falcoresponse;

import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Rejected;
import dev.falcoresponse.Round.Deed;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Delivery;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.event.EventReader;
import dev.falcoresponse.event.EventReader.Taken;
import dev.falcoresponse.event.UnreadableException;
import dev.falcoresponse.guard.Guardrail;
import dev.falcoresponse.guard.Guardrails;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.pace.Pace;
import dev.falcoresponse.reply.RecordWriter;
import dev.falcoresponse.reply.Replies;
import dev.falcoresponse.reply.Reply;
import dev.falcoresponse.reply.ResponseRecord;
import dev.falcoresponse.reply.ServerTiming;
import dev.falcoresponse.resolution.PodResolver;
import dev.falcoresponse.resolution.Resolution.Found;
import dev.falcoresponse.resolution.Resolution.Lost;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** The whole way of an event, from its bytes to the answer. */
public final class Responder {
    private static final Logger LOG = Logger.getLogger(Responder.class);

    private final Action action;
    private final boolean dryRun;
    private final EventReader reader;
    private final List<Guardrail<Alert>> eventGuards;
    private final List<Guardrail<Pod>> podGuards;
    private final PodResolver resolver;
    private final Pace pace;
    private final Audit audit;
    private final InstantSource clock;

    public Responder(
            Action action,
            boolean dryRun,
            Guardrails guardrails,
            PodResolver resolver,
            Pace pace,
            Audit audit,
            InstantSource clock) {
        this.action = action;
        this.dryRun = dryRun;
        this.reader = new EventReader(taken(action), clock);
        this.eventGuards =
                action instanceof PodAction onPod ? guardrails.onEvent(onPod.effect()) : guardrails.onEvent();
        this.podGuards = action instanceof PodAction onPod ? guardrails.onPod(onPod.effect()) : List.of();
        this.resolver = resolver;
        this.pace = pace;
        this.audit = audit;
        this.clock = clock;
    }

    private static Taken taken(Action action) {
        Set<String> ticks = action instanceof Recurring recurring ? recurring.ticks() : Set.of();
        return switch (action) {
            case PodAction onPod ->
                new Taken(onPod.name(), true, onPod.effect() == PodAction.Effect.CHANGE, onPod.requests(), ticks);
            case EventAction onEvent -> new Taken(onEvent.name(), false, false, Set.of(), ticks);
        };
    }

    /** How far an event came: what a record can say about it, and how it ended. */
    private record End(Optional<Alert> alert, Optional<Pod> pod, Outcome outcome) {}

    /** Answers one delivery and records it, exactly once whatever happens. */
    public Reply respond(Delivery delivery) {
        Instant started = clock.instant();
        ServerTiming timing = new ServerTiming("event");
        Alert alert;
        try {
            alert = reader.read(delivery);
        } catch (UnreadableException e) {
            return record(started, delivery.form(), unread(new Rejected(400, String.valueOf(e.getMessage()))));
        } catch (RuntimeException e) {
            return record(started, delivery.form(), unread(unexpected(e)));
        }
        return action instanceof Recurring recurring && recurring.ticks().contains(alert.type())
                ? round(recurring, alert, delivery.form())
                : record(started, delivery.form(), answer(alert, timing)).timed(timing);
    }

    /** Records what the door refused before there was anything to read. */
    public Reply refuse(Outcome outcome) {
        return record(clock.instant(), Form.PLAIN, unread(outcome));
    }

    private static End unread(Outcome outcome) {
        return new End(Optional.empty(), Optional.empty(), outcome);
    }

    /** Each pod that is due leaves its own record; the clock's event leaves one only when there was none. */
    private Reply round(Recurring recurring, Alert tick, Form form) {
        Instant started = clock.instant();
        List<Deed> deeds = new ArrayList<>();
        try {
            for (Alert due : recurring.due(started)) {
                Instant startedOne = clock.instant();
                End end = answer(due, new ServerTiming("event"));
                record(startedOne, form, end);
                deeds.add(new Deed(due, end.outcome()));
            }
            recurring.tidy(started, dryRun ? Run.DRY : Run.REAL);
        } catch (ApiException e) {
            return record(started, form, new End(Optional.of(tick), Optional.empty(), e.outcome()));
        } catch (RuntimeException e) {
            return record(started, form, new End(Optional.of(tick), Optional.empty(), unexpected(e)));
        }
        End end = new End(Optional.of(tick), Optional.empty(), new Round(deeds).outcome());
        if (deeds.isEmpty()) {
            return record(started, form, end);
        }
        ResponseRecord done = done(started, end);
        return Replies.to(form, done, RecordWriter.write(done));
    }

    private End answer(Alert alert, ServerTiming timing) {
        try {
            Optional<Outcome> refused = Guardrail.first(eventGuards, alert);
            if (refused.isPresent()) {
                return new End(Optional.of(alert), Optional.empty(), refused.get());
            }
            return switch (action) {
                case PodAction onPod -> answer(onPod, alert, timing);
                case EventAction onEvent -> {
                    timing.next("act");
                    yield new End(
                            Optional.of(alert), Optional.empty(), dryRun ? onEvent.preview(alert) : onEvent.act(alert));
                }
            };
        } catch (ApiException e) {
            return new End(Optional.of(alert), Optional.empty(), e.outcome());
        } catch (RuntimeException e) {
            return new End(Optional.of(alert), Optional.empty(), unexpected(e));
        }
    }

    private End answer(PodAction onPod, Alert alert, ServerTiming timing) throws ApiException {
        timing.next("pod");
        return switch (resolver.resolve(alert)) {
            case Lost lost -> new End(Optional.of(alert), Optional.empty(), lost.outcome());
            case Found found ->
                new End(Optional.of(alert), Optional.of(found.pod()), answer(onPod, alert, found.pod(), timing));
        };
    }

    private Outcome answer(PodAction onPod, Alert alert, Pod pod, ServerTiming timing) {
        timing.next("guards");
        try {
            Optional<Outcome> refused = Guardrail.first(podGuards, pod);
            if (refused.isEmpty()) {
                refused = onPod.refusal(alert, pod);
            }
            if (refused.isPresent()) {
                return refused.get();
            }
            timing.next("act");
            return dryRun ? onPod.preview(alert, pod) : act(onPod, alert, pod);
        } catch (ApiException e) {
            return e.outcome();
        } catch (RuntimeException e) {
            return unexpected(e);
        }
    }

    private Outcome act(PodAction onPod, Alert alert, Pod pod) throws ApiException {
        String deed = onPod.deed(alert, pod);
        Optional<Outcome> refused = pace.claim(pod.getMetadata().getUid(), deed);
        if (refused.isPresent()) {
            return refused.get();
        }
        boolean acted = false;
        try {
            Outcome outcome = onPod.act(alert, pod);
            acted = outcome instanceof Acted;
            return outcome;
        } finally {
            pace.settle(pod.getMetadata().getUid(), deed, acted);
        }
    }

    /** A bug, or an error that nobody foresaw: nothing is claimed to be done, and the broker tries again. */
    private static Outcome unexpected(RuntimeException e) {
        LOG.error("Unexpected error while answering an event", e);
        return new Failed(
                Reason.UNAVAILABLE, "Unexpected error: " + e.getClass().getSimpleName());
    }

    private Reply record(Instant started, Form form, End end) {
        ResponseRecord done = done(started, end);
        String json = RecordWriter.write(done);
        audit.record(done, json);
        return Replies.to(form, done, json);
    }

    private ResponseRecord done(Instant started, End end) {
        return new ResponseRecord(
                action.name(), dryRun, end.alert(), end.pod(), end.outcome(), started, clock.instant());
    }
}
