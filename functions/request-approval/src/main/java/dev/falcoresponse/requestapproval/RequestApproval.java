package dev.falcoresponse.requestapproval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Deferred;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.http.BrokerSink;
import dev.falcoresponse.kubernetes.AccessApi;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ReplyAttributes;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.security.SystemIdentity;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks people before an action acts: it holds the alert until one of them has decided, or nobody has in time. */
@Singleton
final class RequestApproval implements Deferred<Asked> {
    static final String NAME = "request-approval";

    private static final Reason ASKED = Reason.acted("asked");
    private static final Reason APPROVED = Reason.acted("approved");
    private static final Reason REFUSED = Reason.acted("refused");
    private static final Reason EXPIRED = Reason.acted("expired");

    private final String action;
    private final Question question;
    private final AskedTarget target;
    private final Requests requests;
    private final Optional<BrokerSink> broker;
    private final OwnConfigMaps configMaps;
    private final AccessApi access;
    private final RequestApprovalSettings settings;
    private final InstantSource clock;

    RequestApproval(
            Pods pods,
            OwnConfigMaps configMaps,
            AccessApi access,
            ResponseSettings response,
            RequestApprovalSettings settings,
            Namespaces namespaces,
            InstantSource clock) {
        this.action = settings.action();
        this.question = new Question(action, configMaps.namespace());
        this.requests = new Requests(action, configMaps);
        this.target = new AskedTarget(
                action,
                requests,
                pods,
                new AlertGuards(response, namespaces, clock),
                new SystemIdentity(configMaps.namespace()));
        this.broker = BrokerSink.in(System.getenv(), response.apiTimeout());
        this.configMaps = configMaps;
        this.access = access;
        this.settings = settings;
        this.clock = clock;
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
    public Target<Asked> target() {
        return target;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(ASKED, APPROVED, REFUSED, EXPIRED, SystemIdentity.REASON);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(RequestApprovalSettings.class);
    }

    @Override
    public List<Permission> permissions() {
        return List.of();
    }

    @Override
    public Optional<String> obstacle() throws OutcomeException {
        return broker.isEmpty()
                ? Optional.of(BrokerSink.ADDRESS + " is not set: without a SinkBinding no decision can be handed on")
                : configMaps.missingPermissions(access, List.of("get", "list", "create", "delete"));
    }

    @Override
    public String cooldownKey(Alert alert, Asked asked) {
        return Request.name(action, alert.rule(), asked.subject());
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Asked asked) {
        Instant now = clock.instant();
        return asked.open()
                .map(open -> open.isExpired(now) && open.decision(now).isEmpty()
                        ? Failed.retryable(
                                Reason.CONFLICT,
                                "The earlier request " + open.name() + " has expired, and is about to end")
                        : new Skipped(
                                Reason.ALREADY_DONE,
                                "Asked already whether to " + question.text(alert, asked.subject(), open),
                                question.details(alert, open)));
    }

    @Override
    public Change act(Alert alert, Asked asked, Run run) throws OutcomeException {
        // an open one was asked because of this very alert, and the answer may have been lost
        OpenRequest open = asked.open().isPresent()
                ? asked.open().get()
                : requests.create(alert, asked.subject(), clock.instant().plus(settings.expiresAfter()), run);
        return new Change(
                ASKED,
                run.verb("Asked whether to ", "ask whether to ") + question.text(alert, asked.subject(), open),
                question.details(alert, open));
    }

    @Override
    public List<String> due(Instant now) throws OutcomeException {
        requests.forgetOldApprovals(now);
        return requests.due(now);
    }

    @Override
    public Optional<Asked> load(String name) throws OutcomeException {
        return requests.find(name)
                .map(request -> new Asked(
                        request.subject(), Optional.empty(), Optional.of(request.open()), Optional.of(request)));
    }

    @Override
    public boolean began(Alert alert, Asked asked) {
        return !alert.id().isEmpty()
                && asked.open()
                        .filter(open -> open.eventId().equals(alert.id()))
                        .isPresent();
    }

    @Override
    public Alert alert(Asked asked) {
        return request(asked).alert();
    }

    private static Request request(Asked asked) {
        return asked.request().orElseThrow();
    }

    /** The approval is stored before its event is sent, and the request ends after that: a crash repeats the same event. */
    @Override
    public Change proceed(Asked asked) throws OutcomeException {
        Request request = request(asked);
        OpenRequest open = request.open();
        String deed = Sentences.deed(action, request.subject());
        Optional<Decision> decided = open.decision(clock.instant());
        if (decided.isEmpty()) {
            return change(EXPIRED, "Nobody decided until " + open.until() + " whether to " + deed, open, "");
        }
        Decision decision = decided.get();
        if (open.isExpired(decision.at())) {
            return change(
                    EXPIRED,
                    decision.by() + " decided at " + decision.at() + ", after " + open.until() + ", whether to " + deed
                            + ": nothing is done",
                    open,
                    decision.by());
        }
        return decision.approved()
                ? approve(request, decision, deed)
                : change(REFUSED, decision.by() + " refused to " + deed, open, decision.by());
    }

    private Change approve(Request request, Decision decision, String deed) throws OutcomeException {
        BrokerSink sink = broker.orElseThrow(() -> new OutcomeException(Failed.retryable(
                Reason.UNAVAILABLE, BrokerSink.ADDRESS + " is not set: the approval cannot be handed on")));
        requests.storeApproval(request, decision);
        ApprovedEvent event = new ApprovedEvent(request, decision);
        try {
            sink.post(event.attributes(), event.data());
        } catch (OutcomeException e) {
            if (e.outcome() instanceof Failed failed && !failed.retryable()) {
                return change(
                        EXPIRED,
                        decision.by() + " approved to " + deed
                                + ", but the approval cannot be handed on, and nothing is done: " + failed.message(),
                        request.open(),
                        decision.by());
            }
            throw e;
        }
        return change(APPROVED, decision.by() + " approved to " + deed, request.open(), decision.by());
    }

    private Change change(Reason reason, String message, OpenRequest open, String by) {
        return new Change(
                reason, message, Map.of("for", action, "request", open.name(), "until", open.until(), "decidedBy", by));
    }

    @Override
    public void publish(ResponseRecord record) throws OutcomeException {
        if (broker.isPresent()) {
            broker.get()
                    .post(ReplyAttributes.of(record), RecordJson.write(record).getBytes(UTF_8));
        }
    }

    /** When it is gone, another replica has ended it; when it has changed, somebody decided just before it expired. */
    @Override
    public void end(Asked asked) throws OutcomeException {
        configMaps.claim(request(asked).object().getMetadata());
    }

    @Override
    public Outcome nothingDue() {
        return new Skipped(Reason.NOTHING_TO_UNDO, "No request was decided or has expired");
    }
}
