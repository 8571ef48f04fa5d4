package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who will put a suspended workload back: autoscalers that target it, and what applies it from Git. */
record Managers(ObjectApi objects) {
    private static final Resource AUTOSCALERS = Resource.namespaced("autoscaling", "v2", "horizontalpodautoscalers");
    private static final Resource SCALED_OBJECTS = Resource.namespaced("keda.sh", "v1alpha1", "scaledobjects");

    /** Labels and annotations of tools, by their keys. */
    private static final Map<String, String> TOOLS = Map.of(
            "argocd.argoproj.io/instance", "Argo CD application",
            "argocd.argoproj.io/tracking-id", "Argo CD application",
            "kustomize.toolkit.fluxcd.io/name", "Flux Kustomization",
            "helm.toolkit.fluxcd.io/name", "Flux HelmRelease");

    static List<Permission> permissions() {
        return List.of(AUTOSCALERS.permission("list"), SCALED_OBJECTS.permission("list"));
    }

    /** Their names; what the cluster does not serve manages nothing. */
    List<String> of(Workload workload) throws OutcomeException {
        List<String> managers = new ArrayList<>();
        if (workload.kind().isScaled()) {
            managers.addAll(targeting("HorizontalPodAutoscaler", AUTOSCALERS, workload));
            if (objects.serves(SCALED_OBJECTS)) {
                managers.addAll(targeting("ScaledObject", SCALED_OBJECTS, workload));
            }
        }
        Stream.of(workload.labels(), workload.annotations())
                .flatMap(map -> map.entrySet().stream())
                .filter(entry -> TOOLS.containsKey(entry.getKey()))
                .map(entry -> TOOLS.get(entry.getKey()) + " " + entry.getValue())
                .distinct()
                .sorted()
                .forEach(managers::add);
        return managers;
    }

    private List<String> targeting(String kind, Resource resource, Workload workload) throws OutcomeException {
        return objects
                .list(
                        resource,
                        workload.namespace(),
                        "",
                        GenericKubernetesResourceList.class,
                        (GenericKubernetesResource each) -> targets(each, workload)
                                ? kind + " " + each.getMetadata().getName()
                                : "")
                .stream()
                .filter(name -> !name.isEmpty())
                .sorted()
                .toList();
    }

    /** KEDA's default kind is Deployment. */
    private static boolean targets(GenericKubernetesResource scaler, Workload workload) {
        Object kind = scaler.get("spec", "scaleTargetRef", "kind");
        return workload.name().equals(scaler.get("spec", "scaleTargetRef", "name"))
                && workload.kind().text().equals(kind == null ? "Deployment" : kind);
    }
}
