package dev.falcoresponse.record;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The answer to one event: data of the reply, log line, and what chained actions and people read. Flat; in JSON every field
 * is present, and {@code null} when it is not known.
 *
 * @param reason in kebab-case
 * @param message one sentence for people
 * @param eventId Falco's uuid, else the id of the CloudEvent
 * @param eventTime when Falco saw it, RFC 3339
 * @param targetKind kind of the object that the action is for
 * @param identity how the object was proven: {@code uid}, {@code container}, {@code age} or {@code name}
 * @param podUid of the pod that was found, else as the alert gives it
 * @param containerId the start of the container's id, as Falco gives it
 * @param owner kind and name of the pod's controller
 * @param approvedBy the person who approved the action
 * @param timing milliseconds of each step that was taken: read, find, guards, act
 * @param details what the action adds: texts, numbers, booleans, lists and maps of these
 */
@RegisterForReflection // Jackson writes it
public record ResponseRecord(
        String action,
        String outcome,
        String reason,
        String message,
        boolean dryRun,
        Optional<String> rule,
        Optional<String> priority,
        Optional<String> source,
        Optional<String> hostname,
        List<String> tags,
        Optional<String> eventId,
        Optional<String> eventTime,
        Optional<String> targetKind,
        Optional<String> targetName,
        Optional<String> targetUid,
        Optional<String> identity,
        Optional<String> namespace,
        Optional<String> pod,
        Optional<String> podUid,
        Optional<String> node,
        Optional<String> container,
        Optional<String> containerId,
        Optional<String> owner,
        Optional<String> approvedBy,
        String startedAt,
        String finishedAt,
        Map<String, Double> timing,
        Map<String, Object> details) {
    /** Kinds that have no namespace; the record's own is then that of the alert's pod. */
    private static final Set<String> WITHOUT_NAMESPACE = Set.of("Node", "User");

    /** The CloudEvents subject: namespace and name of the object, or the name of what has no namespace. */
    public Optional<String> subject() {
        return targetKind.filter(WITHOUT_NAMESPACE::contains).isPresent()
                ? targetName
                : targetName
                        .or(() -> pod)
                        .map(name -> namespace.map(each -> each + "/" + name).orElse(name));
    }
}
