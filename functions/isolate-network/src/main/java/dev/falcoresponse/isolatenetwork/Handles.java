package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out by which labels Services and its controller know a pod, and what comes of taking them away. */
final class Handles {
    static final Resource SERVICES = Resource.namespaced("", "v1", "services");

    private final ApiServer api;
    private final boolean detach;

    Handles(ApiServer api, boolean detach) {
        this.api = api;
        this.detach = detach;
    }

    Detachment of(Pod pod) throws ApiException {
        Optional<OwnerReference> reference = Owner.referenceOf(pod);
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

    private Detachment detachment(Pod pod, OwnerReference reference, List<LabelSelector> services) throws ApiException {
        Owner owner = Owner.of(reference).orElseThrow();
        Optional<LabelSelector> controller =
                owner.selector(api, pod.getMetadata().getNamespace(), reference.getName());
        String consequence = controller.isPresent() ? owner.consequence() : "is gone, and nothing replaces it";
        return new Detachment(
                true,
                Stream.concat(services.stream(), controller.stream()).toList(),
                "its " + reference.getKind() + " " + reference.getName() + " " + consequence);
    }

    private List<LabelSelector> services(Pod pod) throws ApiException {
        return api.list(SERVICES, pod.getMetadata().getNamespace(), ServiceList.class).getItems().stream()
                .map(Service::getSpec)
                // a Service without a selector has its endpoints from elsewhere
                .filter(spec ->
                        spec.getSelector() != null && !spec.getSelector().isEmpty())
                .map(spec -> new LabelSelector(List.of(), spec.getSelector()))
                .toList();
    }
}
