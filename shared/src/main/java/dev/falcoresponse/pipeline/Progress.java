package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Approval;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What is known about one event while it is being answered; in the end it becomes the record. Used by one thread. */
final class Progress {
    private final String action;
    private final boolean dryRun;
    private final Instant startedAt;
    private final StepTimes times = new StepTimes();
    private Optional<ReceivedEvent> received = Optional.empty();
    private Optional<Alert> alert = Optional.empty();
    private Optional<ObjectReference> object = Optional.empty();
    private Optional<Identity> identity = Optional.empty();

    Progress(String action, boolean dryRun, Instant startedAt) {
        this.action = action;
        this.dryRun = dryRun;
        this.startedAt = startedAt;
    }

    /** The event arrived, and has not been read. */
    void received(ReceivedEvent event) {
        received = Optional.of(event);
    }

    /** What the event says. */
    void read(Alert event) {
        alert = Optional.of(event);
    }

    /** The object was found, and proven to be the one. */
    void found(ObjectReference reference, Identity proof) {
        if (!reference.equals(ObjectReference.NONE)) {
            object = Optional.of(reference);
            identity = Optional.of(proof);
        }
    }

    void step(String name) {
        times.next(name);
    }

    Optional<ObjectReference> object() {
        return object;
    }

    ResponseRecord record(Outcome outcome, Instant finishedAt) {
        Optional<ObjectReference> pod =
                object.filter(reference -> reference.kind().equals("Pod"));
        return new ResponseRecord(
                action,
                outcome.text(),
                outcome.reason().text(),
                outcome.message(),
                dryRun,
                said(Alert::rule),
                said(Alert::priority),
                said(Alert::source),
                said(Alert::hostname),
                alert.map(Alert::tags).orElse(List.of()),
                said(Alert::id).or(() -> received.map(event -> event.attribute("id"))),
                said(each -> each.time().toString()),
                seen(ObjectReference::kind),
                seen(ObjectReference::name),
                seen(ObjectReference::uid),
                identity.map(Identity::text),
                named(PodReference::namespace).or(() -> seen(ObjectReference::namespace)),
                named(PodReference::name),
                pod.map(ObjectReference::uid).or(() -> named(PodReference::uid)),
                seen(ObjectReference::node),
                named(PodReference::container),
                named(PodReference::containerId),
                seen(ObjectReference::owner),
                alert.flatMap(Alert::approval).map(Approval::by),
                startedAt.toString(),
                finishedAt.toString(),
                times.end(),
                details(outcome));
    }

    /** What the action adds, and where the evidence is that came with the event. */
    private Map<String, Object> details(Outcome outcome) {
        return said(Alert::evidence)
                .map(evidence -> {
                    Map<String, Object> details = new HashMap<>(outcome.details());
                    details.put("evidence", evidence);
                    return details;
                })
                .orElse(outcome.details());
    }

    private Optional<String> said(Function<Alert, String> part) {
        return alert.map(part).filter(text -> !text.isEmpty());
    }

    private Optional<String> named(Function<PodReference, String> part) {
        return said(each -> part.apply(each.pod()));
    }

    private Optional<String> seen(Function<ObjectReference, String> part) {
        return object.map(part).filter(text -> !text.isEmpty());
    }
}
