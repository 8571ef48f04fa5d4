package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the labels by which Services and its controller select a pod, and the consequence of removing them. */
final class LabelSelectorLookup {
    private final ObjectApi api;
    private final boolean detach;

    LabelSelectorLookup(ObjectApi api, boolean detach) {
        this.api = api;
        this.detach = detach;
    }

    Detachment of(Pod pod) throws OutcomeException {
        Optional<OwnerReference> reference = Pods.controller(pod);
        if (!detach) {
            return Detachment.inPlace("it keeps its labels, as ISOLATE_NETWORK_DETACH says");
        }
        if (reference.isPresent() && Owner.of(reference.get()).isEmpty()) {
            return Detachment.inPlace("it keeps its labels, since its "
                    + reference.get().getKind() + " " + reference.get().getName() + " could not replace it");
        }
        List<LabelSelector> services = services(pod);
        if (reference.isEmpty()) {
            return new Detachment(true, services, "nothing replaces it, since it has no controller");
        }
        return detachment(pod, reference.get(), services);
    }

    private Detachment detachment(Pod pod, OwnerReference reference, List<LabelSelector> services)
            throws OutcomeException {
        Owner owner = Owner.of(reference).orElseThrow();
        Optional<LabelSelector> controller =
                owner.selector(api, pod.getMetadata().getNamespace(), reference.getName());
        String consequence = controller.isPresent() ? owner.consequence() : "is gone, and nothing replaces it";
        return new Detachment(
                true,
                Stream.concat(services.stream(), controller.stream()).toList(),
                "its " + reference.getKind() + " " + reference.getName() + " " + consequence
                        + (controller.isPresent() ? exclusive(pod) : ""));
    }

    /** What a replacement cannot have while this pod has it, as the rest of a sentence. */
    private static String exclusive(Pod pod) {
        Stream<String> claims = pod.getSpec().getVolumes().stream()
                .map(Volume::getPersistentVolumeClaim)
                .filter(Objects::nonNull)
                .map(claim -> "the volume claim " + claim.getClaimName());
        Stream<String> ports = pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .map(ContainerPort::getHostPort)
                .filter(Objects::nonNull)
                .map(port -> "port " + port + " of its node");
        List<String> held = Stream.concat(claims, ports).toList();
        return held.isEmpty() ? "" : ", which may not start while this pod holds " + String.join(" and ", held);
    }

    private List<LabelSelector> services(Pod pod) throws OutcomeException {
        return api
                .list(Resource.SERVICES, pod.getMetadata().getNamespace(), "", ServiceList.class, Service::getSpec)
                .stream()
                // the endpoints of a Service without a selector are set by others
                .filter(spec ->
                        spec.getSelector() != null && !spec.getSelector().isEmpty())
                .map(spec -> new LabelSelector(List.of(), spec.getSelector()))
                .toList();
    }
}
