package dev.falcoresponse.pods;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ids of a pod's containers: regular, init and ephemeral, of their current and last state. */
final class ContainerIds {
    /** Falco gives twelve hexadecimal digits; fewer could match by chance. */
    private static final Pattern START = Pattern.compile("[0-9a-f]{12,64}");

    private ContainerIds() {}

    /** Whether the start of an id is that of one of the pod's containers. */
    static boolean contain(Pod pod, String start) {
        return START.matcher(start).matches() && of(pod).anyMatch(id -> id.startsWith(start));
    }

    private static Stream<String> of(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return Stream.empty();
        }
        return Stream.of(
                        status.getContainerStatuses(),
                        status.getInitContainerStatuses(),
                        status.getEphemeralContainerStatuses())
                .flatMap(List::stream)
                .flatMap(ContainerIds::of)
                .map(id -> id.substring(id.indexOf("://") + "://".length()));
    }

    /** Before the runtime has reported, there is no id. */
    private static Stream<String> of(ContainerStatus status) {
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
