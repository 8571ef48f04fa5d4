package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads, suspends and resumes workloads. */
record WorkloadApi(ApiClient client, ObjectApi objects, Memories memories) {
    Optional<Workload> find(WorkloadKind kind, String namespace, String name) throws OutcomeException {
        Optional<GenericKubernetesResource> found =
                objects.find(kind.resource(), namespace, name, GenericKubernetesResource.class);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(new Workload(
                        kind, found.get(), memories.of(found.get().getMetadata().getUid())));
    }

    /** The very workload with this uid. */
    Optional<Workload> find(String kind, String namespace, String name, String uid) throws OutcomeException {
        Optional<WorkloadKind> known = WorkloadKind.named(kind);
        return known.isEmpty()
                ? Optional.empty()
                : find(known.get(), namespace, name).filter(each -> each.uid().equals(uid));
    }

    /** Sets the workload to nothing, as it was read. */
    void suspend(Workload workload, Map<String, String> marks, Run run) throws OutcomeException {
        if (workload.kind().isScaled()) {
            patch(workload, "/scale", Map.of(), Map.of("replicas", 0), run);
        } else {
            patch(workload, "", marks, Map.of("suspend", true), run);
        }
    }

    /** Gives the workload back what is remembered. */
    void resume(Workload workload, Memory memory, Run run) throws OutcomeException {
        if (workload.kind().isScaled()) {
            patch(workload, "/scale", Map.of(), Map.of("replicas", memory.replicas()), run);
        } else {
            Map<String, @Nullable String> marks = new HashMap<>();
            Marks.ALL.stream().filter(workload.annotations()::containsKey).forEach(name -> marks.put(name, null));
            patch(workload, "", marks, Map.of("suspend", false), run);
        }
    }

    private void patch(
            Workload workload,
            String subresource,
            Map<String, ? extends @Nullable String> annotations,
            Map<String, Object> spec,
            Run run)
            throws OutcomeException {
        Map<String, Object> metadata =
                new HashMap<>(Map.of("uid", workload.uid(), "resourceVersion", workload.version()));
        if (!annotations.isEmpty()) {
            metadata.put("annotations", annotations);
        }
        Resource resource = workload.kind().resource();
        String path = resource.path(workload.namespace()) + "/" + workload.name() + subresource + Call.strictly(run);
        String text = resource.plural() + subresource + "." + resource.group();
        client.change(
                new Call("PATCH", path, "patch", text, workload.namespace(), workload.name()),
                ApiClient.MERGE_PATCH,
                Map.of("metadata", metadata, "spec", spec));
    }

    static List<Permission> permissions() {
        List<Permission> permissions = new ArrayList<>();
        for (WorkloadKind kind : WorkloadKind.values()) {
            Resource resource = kind.resource();
            permissions.add(resource.permission("get"));
            permissions.add(
                    kind.isScaled()
                            ? new Permission("patch", resource.group(), resource.plural() + "/scale")
                            : resource.permission("patch"));
        }
        return permissions;
    }
}
