package dev.falcoresponse.event;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A Falco alert, whatever form it arrived in; an empty text means: not given.
 *
 * @param attributes the CloudEvent's attributes and extensions, by name; empty when it came as plain JSON
 * @param eventId Falco's uuid, else the id of the CloudEvent
 * @param time when Falco saw it
 * @param rule Falco's rule, never empty
 * @param priority as Falco wrote it, so perhaps none of {@link Priority}
 * @param source Falco's event source, for example {@code syscall}
 * @param hostname where Falco ran
 * @param body the event's data as it came
 * @param evidence where another action has secured what the pod was, before this one; empty when nobody has
 * @param fields Falco's output fields, as far as they are texts of a sensible length
 */
@SuppressWarnings("ArrayRecordComponent") // an array has no value equality; nothing compares alerts
public record Alert(
        Map<String, String> attributes,
        String eventId,
        Instant time,
        String rule,
        String priority,
        String source,
        String hostname,
        List<String> tags,
        PodReference pod,
        byte[] body,
        String evidence,
        Map<String, String> fields) {
    public Alert {
        attributes = Map.copyOf(attributes);
        tags = List.copyOf(tags);
        fields = Map.copyOf(fields);
    }

    /** An event that is about no alert. */
    static Alert bare(Map<String, String> attributes, String eventId, Instant time, PodReference pod, byte[] body) {
        return new Alert(
                attributes,
                eventId,
                time,
                attributes.getOrDefault("rule", ""),
                attributes.getOrDefault("priority", ""),
                attributes.getOrDefault("eventsource", ""),
                attributes.getOrDefault("hostname", ""),
                List.of(),
                pod,
                body,
                "",
                Map.of());
    }

    /** A request about a pod that no alert of its own stands behind. */
    public static Alert request(String type, String eventId, Instant time, String rule, PodReference pod) {
        return bare(Map.of("type", type, "rule", rule), eventId, time, pod, new byte[0]);
    }

    /** The CloudEvent's type; empty when it came as plain JSON. */
    public String type() {
        return attributes.getOrDefault("type", "");
    }

    /** Its priority; an unknown or missing one counts as the lowest. */
    public Priority rank() {
        return Priority.named(priority).orElse(Priority.DEBUG);
    }

    /** Whether it came from the system calls of a machine: "syscalls", or nothing at all, from old senders. */
    public boolean fromSyscalls() {
        return source.isEmpty() || source.equals("syscall") || source.equals("syscalls");
    }
}
