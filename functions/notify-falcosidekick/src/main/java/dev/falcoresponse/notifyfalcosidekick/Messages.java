package dev.falcoresponse.notifyfalcosidekick;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Notification;
import dev.falcoresponse.event.Priority;
import dev.falcoresponse.event.Times;
import dev.falcoresponse.record.ResponseRecord;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What people are told about an event: about a reply, or about a dead letter. */
record Messages(InstantSource clock) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The outcomes for which there is a reply. */
    private static final List<String> REPLIED = List.of("acted", "previewed", "skipped", "denied");

    /** Far more than the reply of an action has. */
    private static final int MAX_WAITING_BYTES = 16 * 1024;

    Message about(Alert event) {
        return reply(event).map(record -> about(event, record)).orElseGet(() -> new DeadLetter(event, clock).message());
    }

    /** The record of a reply; empty for a dead letter. */
    private static Optional<ResponseRecord> reply(Alert event) {
        boolean undelivered = !event.event().attribute("knativeerrorcode").isEmpty() && !isLate(event);
        return event.reply().filter(record -> !undelivered && REPLIED.contains(record.outcome()));
    }

    /** A reply that this function could not tell at first: it is its own dead letter sink. */
    private static boolean isLate(Alert event) {
        return event.event().attribute("knativeerrordest").contains("//" + NotifyFalcosidekick.NAME + ".");
    }

    private Message about(Alert event, ResponseRecord record) {
        Told told = Told.of(record);
        Fields fields = new Fields(event, record.action(), told.outcome());
        fields.put("response.reason", told.reason());
        fields.put("response.dry_run", Boolean.toString(record.dryRun()));
        fields.put("response.node", record.node().orElse(""));
        fields.put("response.owner", record.owner().orElse(""));
        fields.put("response.approved_by", record.approvedBy().orElse(""));
        if (record.details().get("command") instanceof String command) {
            fields.putWhole("response.command", command);
        }
        if (record.details().get("seen") instanceof String seen) {
            fields.put("response.seen", seen);
        }
        if (!record.details().isEmpty()) {
            fields.put("response.details", json(record.details()));
        }
        String rule = event.rule().isEmpty() ? "" : ": " + event.rule();
        return new Message(
                key(event, record, told),
                waits(event, record) ? event.id() : "",
                Notification.RULE_PREFIX + record.action() + " " + told.outcome(),
                told.priority(),
                "%s (%s %s%s%s)"
                        .formatted(
                                Message.cut(record.message()), record.action(), told.outcome(), approved(record), rule),
                Times.noted(record.finishedAt()).orElse(clock.instant()),
                event.hostname(),
                Fields.tags(event, record.action(), told.outcome()),
                fields.values(),
                Map.of());
    }

    /**
     * The same for what people need to be told once. The replies about an alert and about its undo have the same id; alerts that
     * join a question which is open all have its command.
     */
    private static String key(Alert event, ResponseRecord record, Told told) {
        return record.details().get("command") instanceof String command
                ? command
                : event.event().identity() + " " + told.outcome() + " " + told.reason();
    }

    /**
     * Whether it may wait for other answers to the same alert. Who is asked needs to know it now; the same clock event undoes what
     * has nothing else in common; and large bodies must not take the room of those that do not wait.
     */
    private static boolean waits(Alert event, ResponseRecord record) {
        return !record.details().containsKey("command")
                && !event.rule().isEmpty()
                && event.event().data().length <= MAX_WAITING_BYTES;
    }

    private static String approved(ResponseRecord record) {
        return record.approvedBy().map(name -> ", approved by " + name).orElse("");
    }

    /**
     * The outcome that people are told. The first answer to an alert may have been lost on its way to them: then a further
     * delivery, which was skipped, tells it.
     */
    private record Told(String outcome, String reason) {
        static Told of(ResponseRecord record) {
            return record.outcome().equals("skipped")
                            && record.details().get("earlier") instanceof Map<?, ?> earlier
                            && "acted".equals(earlier.get("outcome"))
                    ? new Told("acted", String.valueOf(earlier.get("reason")))
                    : new Told(record.outcome(), record.reason());
        }

        Priority priority() {
            return switch (outcome) {
                case "acted" -> Priority.WARNING;
                case "previewed", "denied" -> Priority.NOTICE;
                default -> Priority.INFORMATIONAL;
            };
        }
    }

    private static String json(Map<String, Object> details) {
        try {
            return JSON.writeValueAsString(details);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // they come from JSON
        }
    }
}
