package dev.falcoresponse.event;

import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ResponseRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the replies of actions: a chained action goes on with the alert and the object of the first. */
public final class Replies {
    private static final Pattern TYPE = Pattern.compile("falco\\.response\\.([a-z0-9-]+)\\.v1");

    /** The identities that a record may tell of an object, and that a change accepts. */
    private static final Set<String> PROOFS = Set.of("uid", "container");

    private Replies() {}

    /** The action whose replies have this CloudEvents type; empty when it is another type. */
    public static Optional<String> sender(String type) {
        Matcher matcher = TYPE.matcher(type);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /**
     * The record in a reply.
     *
     * @throws UnreadableException when it is no record of the sender
     */
    public static ResponseRecord record(ReceivedEvent event, String sender) throws UnreadableException {
        ResponseRecord record;
        try {
            record = RecordJson.read(JsonObject.parse(event.data()).node());
        } catch (IOException e) {
            throw new UnreadableException(
                    "The body is no record of an action: " + StrictJson.firstLine(String.valueOf(e.getMessage())));
        }
        if (!record.action().equals(sender)) {
            throw new UnreadableException("action is not the one in the CloudEvent's type");
        }
        return record;
    }

    /**
     * The alert that a record is about.
     *
     * @throws UnreadableException when a value is longer than any real one
     */
    public static Alert alert(ResponseRecord record, ReceivedEvent event) throws UnreadableException {
        String id = text("eventId", record.eventId());
        JsonObject.shortText("details.location", evidence(record));
        return new Alert(
                id.isEmpty() ? event.attribute("id") : id,
                Times.parse("eventTime", record.eventTime().orElse("")),
                text("rule", record.rule()),
                text("priority", record.priority()),
                text("source", record.source()),
                text("hostname", record.hostname()),
                tags(record.tags()),
                new PodReference(
                        text("namespace", record.namespace()),
                        text("pod", record.pod()),
                        text("podUid", record.podUid().filter(_ -> isProven(record))),
                        text("container", record.container()),
                        text("containerId", record.containerId()),
                        text("containerId", record.containerId().filter(_ -> isByAge(record)))),
                Map.of(),
                Optional.empty(),
                Optional.of(record),
                event,
                Optional.empty());
    }

    /** A uid that was only found by name or age is no proof for the next action. */
    private static boolean isProven(ResponseRecord record) {
        return record.identity().filter(each -> !PROOFS.contains(each)).isEmpty();
    }

    /** Then the action before had no container id, or that of the pod's sandbox, which proves and refutes nothing. */
    private static boolean isByAge(ResponseRecord record) {
        return record.identity().filter("age"::equals).isPresent();
    }

    static String evidence(ResponseRecord record) {
        Object location =
                record.details().getOrDefault("location", record.details().getOrDefault("evidence", ""));
        return location instanceof String text ? JsonObject.given(text) : "";
    }

    private static List<String> tags(List<String> tags) throws UnreadableException {
        List<String> read = new ArrayList<>();
        for (String tag : tags) {
            read.add(JsonObject.shortText("tags", tag));
        }
        return read;
    }

    private static String text(String name, Optional<String> value) throws UnreadableException {
        return JsonObject.shortText(name, value.orElse(""));
    }
}
