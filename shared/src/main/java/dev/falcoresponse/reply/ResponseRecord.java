package dev.falcoresponse.reply;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.event.Alert;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known when an event has been answered: the source of the reply, the log line, the metric and the Event.
 *
 * @param alert empty when the request could not be read
 * @param pod empty when the pod that alerted was not found
 */
public record ResponseRecord(
        String action,
        boolean dryRun,
        Optional<Alert> alert,
        Optional<Pod> pod,
        Outcome outcome,
        Instant startedAt,
        Instant finishedAt) {

    String podUid() {
        String alerted = alert.map(each -> each.pod().uid()).orElse("");
        return meta().map(ObjectMeta::getUid).orElse(alerted);
    }

    String node() {
        return pod.map(Pod::getSpec)
                .flatMap(spec -> Optional.ofNullable(spec).map(PodSpec::getNodeName))
                .orElse("");
    }

    /** Kind and name of the pod's controller, else of its first owner. */
    String owner() {
        var owners = meta().map(ObjectMeta::getOwnerReferences).stream()
                .flatMap(references -> references.stream())
                .toList();
        return owners.stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .or(() -> owners.stream().findFirst())
                .map(ResponseRecord::text)
                .orElse("");
    }

    private static String text(OwnerReference owner) {
        return owner.getKind() + "/" + owner.getName();
    }

    private Optional<ObjectMeta> meta() {
        return pod.map(Pod::getMetadata);
    }
}
