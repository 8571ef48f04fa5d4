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
 * One log that a pod should have.
 *
 * @param type {@code container}, {@code init} or {@code ephemeral}
 * @param previous whether it is of the run before the present one
 * @param containerId whose it is, as the runtime has it; empty when nothing of that name has run yet
 */
record LogOf(String container, String type, boolean previous, String containerId) {
    /** All logs of a pod, by its specification and its status. */
    static List<LogOf> all(Pod pod) {
        List<LogOf> logs = new ArrayList<>();
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

    private static void add(List<LogOf> logs, Pod pod, String name, String type) {
        Optional<ContainerStatus> status = status(pod, name);
        logs.add(new LogOf(
                name, type, false, status.map(ContainerStatus::getContainerID).orElse("")));
        status.map(ContainerStatus::getLastState)
                .map(ContainerState::getTerminated)
                .ifPresent(last -> logs.add(new LogOf(
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

    /** Whether there has been anything that could have written it. */
    boolean hasRun() {
        return !containerId.isEmpty();
    }

    /** The name of the object, without its ending: of each run its own, so that a restart does not mix two up. */
    String object() {
        String id = containerId.replaceFirst(".*://", "");
        String run = hasRun() ? "." + Keys.part(id.substring(0, Math.min(12, id.length()))) : "";
        return "logs/" + Keys.part(container) + run;
    }

    /** Whether it is of the same run, be that the present or the previous one by now. */
    boolean isSameRun(LogOf other) {
        return container.equals(other.container) && containerId.equals(other.containerId);
    }
}
