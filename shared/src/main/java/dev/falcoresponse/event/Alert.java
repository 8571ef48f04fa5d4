package dev.falcoresponse.event;

import dev.falcoresponse.record.ResponseRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Falco alert, whether it came from Falco or in the reply of another action. An empty text means that it was not given.
 *
 * @param id Falco's uuid, else the CloudEvent's id
 * @param time when Falco saw it
 * @param priority as Falco wrote it: perhaps none of {@link Priority}
 * @param source Falco's event source, for example {@code syscall}
 * @param hostname of the machine where Falco runs
 * @param fields Falco's output fields that are texts of at most 1,024 characters
 * @param user the caller of the API server that an audit alert is about; not given in a reply, which is about its object
 * @param reply the record of the action whose reply the alert came in
 * @param event the CloudEvent that the alert came in
 * @param approval what the event says of a person's approval
 */
public record Alert(
        String id,
        Instant time,
        String rule,
        String priority,
        String source,
        String hostname,
        List<String> tags,
        PodReference pod,
        Map<String, String> fields,
        Optional<AuditedUser> user,
        Optional<ResponseRecord> reply,
        ReceivedEvent event,
        Optional<Approval> approval)
        implements Event {
    public Alert {
        tags = List.copyOf(tags);
        fields = Map.copyOf(fields);
    }

    /** As much of an alert as is left when only its marks are known. */
    public static Alert bare(String id, Instant time, String rule, PodReference pod) {
        return new Alert(
                id,
                time,
                rule,
                "",
                "",
                "",
                List.of(),
                pod,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                new ReceivedEvent(Map.of(), new byte[0]),
                Optional.empty());
    }

    Alert approved(Approval by) {
        return new Alert(
                id, time, rule, priority, source, hostname, tags, pod, fields, user, reply, event, Optional.of(by));
    }

    /** Where another action has stored evidence about the object; empty when it is not given. */
    public String evidence() {
        return reply.map(Replies::evidence).orElse("");
    }

    /** Whether a person has taken back what the action before did. */
    public boolean isUndoneByHand() {
        return reply.filter(record -> "hand".equals(record.details().get("undoneBy")))
                .isPresent();
    }

    /** The same for each delivery of this alert, and for no other: not every sender gives each alert an id of its own. */
    public String deliveryKey() {
        return String.join(" ", id, pod.toString(), pod.containerId(), hostname);
    }

    /** Its priority; an unknown or missing one counts as the lowest. */
    public Priority rank() {
        return Priority.named(priority).orElse(Priority.DEBUG);
    }

    /** Whether it comes from system calls: old senders give no source, Falcosidekick may write "syscalls". */
    public boolean isSyscall() {
        return source.isEmpty() || source.equals("syscall") || source.equals("syscalls");
    }
}
