package dev.falcoresponse.event;

import dev.falcoresponse.record.ResponseRecord;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads events for an action on objects of the cluster: alerts, replies of other actions, and for a reversible action the
 * requests and ticks to undo.
 *
 * @param action the function's own: its replies are refused, since they would come back without end
 * @param reversible whether changes can be undone by request
 * @param clocked whether the clock's events are for it
 * @param changes whether objects are changed: evidence that came with the event must then be complete
 * @param evidenceFrom actions from whose replies only one that stored all evidence is taken
 */
public record AlertReader(
        String action,
        boolean reversible,
        boolean clocked,
        boolean changes,
        Set<String> evidenceFrom,
        InstantSource clock)
        implements EventReader {
    /** What a Knative PingSource sends. */
    private static final String PING = "dev.knative.sources.ping";

    /** What a Knative ApiServerSource sends: an object that the function waits for has changed. */
    private static final String WATCH = "dev.knative.apiserver.resource.";

    public AlertReader {
        evidenceFrom = Set.copyOf(evidenceFrom);
    }

    @Override
    public Event read(ReceivedEvent event) throws UnreadableException {
        String type = event.attribute("type");
        if (type.equals(ApprovedAlerts.type(action))) {
            JsonObject body = JsonObject.parse(event.data());
            return alert(ApprovedAlerts.inner(event, body)).approved(ApprovedAlerts.approval(event, body));
        }
        if (clocked && (type.equals(PING) || type.startsWith(WATCH))) {
            return new Tick(event.attribute("id"), clock.instant());
        }
        if (reversible && type.equals("falco.response." + action + ".undo.v1")) {
            return undo(event);
        }
        return alert(event);
    }

    private Alert alert(ReceivedEvent event) throws UnreadableException {
        String type = event.attribute("type");
        if (type.equals(FalcoAlerts.TYPE)) {
            return FalcoAlerts.read(event);
        }
        String sender = Replies.sender(type)
                .orElseThrow(() -> new UnreadableException("This function does not take the CloudEvents type "
                        + StrictJson.cut(type) + "; it takes " + FalcoAlerts.TYPE + " and falco.response.<action>.v1"));
        return chained(event, sender);
    }

    private Undo undo(ReceivedEvent event) throws UnreadableException {
        JsonObject data = JsonObject.parse(event.data());
        // exactly: the name of a user may begin with a blank; the action's own record names its object as target
        String name = Stream.of(
                        data.exactText("name"),
                        data.exactText("targetName"),
                        data.exactText("pod"),
                        data.exactText("node"))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        if (name.isEmpty()) {
            throw new UnreadableException("name is missing");
        }
        return new Undo(
                event.attribute("id"),
                clock.instant(),
                data.text("kind", data.text("targetKind")),
                data.text("namespace"),
                name,
                data.text("uid", data.text("targetUid", data.text("podUid"))),
                data.flag("dryRun"));
    }

    private Alert chained(ReceivedEvent event, String sender) throws UnreadableException {
        if (sender.equals(action)) {
            throw new LoopException("This is " + sender + "'s own reply: a Trigger sends it in a loop");
        }
        ResponseRecord record = Replies.record(event, sender);
        Alert alert = Replies.alert(record, event);
        if (alert.rule().isEmpty()) {
            throw new UnreadableException("rule is missing");
        }
        requireEvidence(record);
        return alert;
    }

    /** Incomplete evidence, or none at all, is no permission to destroy the rest. */
    private void requireEvidence(ResponseRecord record) throws UnreadableException {
        boolean stored = record.outcome().equals("acted")
                || (record.outcome().equals("skipped") && record.reason().equals("already-done"));
        boolean complete = Boolean.TRUE.equals(record.details().get("complete"));
        boolean isEvidence =
                evidenceFrom.contains(record.action()) || record.details().containsKey("complete");
        if (changes && isEvidence && !(stored && complete)) {
            throw new UnreadableException("The evidence is not complete: no action is taken");
        }
    }
}
