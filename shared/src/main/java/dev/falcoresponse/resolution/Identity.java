package dev.falcoresponse.resolution;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether a pod is the one that alerted, by the best evidence that the alert holds. */
final class Identity {
    /** How far the clocks of a node and of the API server may be apart. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(2);

    /** Falco gives twelve hexadecimal digits; fewer would fit by chance. */
    private static final Pattern CONTAINER_ID = Pattern.compile("[0-9a-f]{12,64}");

    private Identity() {}

    /** What tells the pod from the one that alerted; empty when it is the one. */
    static Optional<String> difference(Alert alert, Pod pod) {
        PodReference named = alert.pod();
        String uid = pod.getMetadata().getUid();
        if (!named.uid().isEmpty()) {
            return named.uid().equals(uid)
                    ? Optional.empty()
                    : Optional.of("its uid is " + uid + ", the alert names " + named.uid());
        }
        if (!named.containerId().isEmpty()) {
            return hasContainer(pod, named.containerId())
                    ? Optional.empty()
                    : Optional.of("no container of it (uid " + uid + ") has the id " + named.containerId());
        }
        Instant created = Instant.parse(pod.getMetadata().getCreationTimestamp());
        return created.isAfter(alert.time().plus(CLOCK_DIFFERENCE))
                ? Optional.of("it was created at " + created + ", after the alert")
                : Optional.empty();
    }

    private static boolean hasContainer(Pod pod, String id) {
        return CONTAINER_ID.matcher(id).matches() && containerIds(pod).anyMatch(known -> known.startsWith(id));
    }

    private static Stream<String> containerIds(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return Stream.empty();
        }
        return Stream.of(
                        status.getContainerStatuses(),
                        status.getInitContainerStatuses(),
                        status.getEphemeralContainerStatuses())
                .flatMap(List::stream)
                .flatMap(Identity::containerIds)
                .map(id -> id.substring(id.indexOf("://") + "://".length()));
    }

    /** The container that runs, and the one that it replaced; before the runtime has said, there is no id. */
    private static Stream<String> containerIds(ContainerStatus status) {
        return Stream.of(
                        Optional.ofNullable(status.getContainerID()),
                        terminated(status.getState()),
                        terminated(status.getLastState()))
                .flatMap(Optional::stream)
                .filter(id -> id.contains("://"));
    }

    private static Optional<String> terminated(@Nullable ContainerState state) {
        return Optional.ofNullable(state)
                .map(ContainerState::getTerminated)
                .map(ContainerStateTerminated::getContainerID);
    }
}
