package dev.falcoresponse.snapshotlogs;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One log of a pod.
 *
 * @param type {@code container}, {@code init} or {@code ephemeral}
 * @param previous whether it is of the run before the current one
 * @param containerId as the status has it; empty when the container has not run yet
 */
record ContainerLog(String container, String type, boolean previous, String containerId) {
    /** All logs of a pod, by specification and status. */
    static List<ContainerLog> all(Pod pod) {
        List<ContainerLog> logs = new ArrayList<>();
        var spec = pod.getSpec();
        names(spec.getInitContainers()).forEach(name -> add(logs, pod, name, "init"));
        names(spec.getContainers()).forEach(name -> add(logs, pod, name, "container"));
        spec.getEphemeralContainers().stream()
                .map(EphemeralContainer::getName)
                .forEach(name -> add(logs, pod, name, "ephemeral"));
        return logs;
    }

    private static Stream<String> names(List<Container> containers) {
        return containers.stream().map(Container::getName);
    }

    private static void add(List<ContainerLog> logs, Pod pod, String name, String type) {
        Optional<ContainerStatus> status = status(pod, name);
        logs.add(new ContainerLog(
                name, type, false, status.map(ContainerStatus::getContainerID).orElse("")));
        status.map(ContainerStatus::getLastState)
                .map(ContainerState::getTerminated)
                .ifPresent(last -> logs.add(new ContainerLog(
                        name,
                        type,
                        true,
                        Optional.ofNullable(last.getContainerID()).orElse(""))));
    }

    private static Optional<ContainerStatus> status(Pod pod, String name) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> Stream.of(
                        status.getInitContainerStatuses(),
                        status.getContainerStatuses(),
                        status.getEphemeralContainerStatuses()))
                .flatMap(List::stream)
                .filter(Objects::nonNull)
                .filter(each -> name.equals(each.getName()))
                .findFirst();
    }

    /** Whether the container has run. */
    boolean hasRun() {
        return !containerId.isEmpty();
    }

    /** The key of the object without its ending; each run has its own. */
    String object() {
        String id = containerId.replaceFirst(".*://", "");
        String run = hasRun() ? "." + ObjectKeys.part(id.substring(0, Math.min(12, id.length()))) : "";
        return "logs/" + ObjectKeys.part(container) + run;
    }

    /** Whether it is the same run, which a restart may have made the previous one. */
    boolean isSameRun(ContainerLog other) {
        return container.equals(other.container) && containerId.equals(other.containerId);
    }
}
