package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What Kubernetes knows of a pod besides its logs: itself, its owners, its Events, its node. */
final class Surroundings {
    /** Those that own pods, directly or not; of others only the reference in the pod's own YAML is kept. */
    private static final Map<String, Resource> OWNERS = Map.of(
            "ReplicaSet", Resource.namespaced("apps", "v1", "replicasets"),
            "Deployment", Resource.namespaced("apps", "v1", "deployments"),
            "StatefulSet", Resource.namespaced("apps", "v1", "statefulsets"),
            "DaemonSet", Resource.namespaced("apps", "v1", "daemonsets"),
            "Job", Resource.namespaced("batch", "v1", "jobs"),
            "CronJob", Resource.namespaced("batch", "v1", "cronjobs"),
            "ReplicationController", Resource.namespaced("", "v1", "replicationcontrollers"));

    private static final Resource EVENTS = Resource.namespaced("events.k8s.io", "v1", "events");
    private static final Resource NODES = Resource.ofCluster("", "v1", "nodes");

    /** Owners of owners of owners: more there are in no cluster. */
    private static final int DEEPEST = 8;

    private final ApiServer api;
    private final KubernetesSerialization yaml = new KubernetesSerialization();

    Surroundings(ApiServer api) {
        this.api = api;
    }

    static List<Permission> permissions() {
        List<Permission> permissions = new ArrayList<>(List.of(EVENTS.may("list")));
        OWNERS.values().stream()
                .sorted((a, b) -> a.text().compareTo(b.text()))
                .map(owner -> owner.may("get"))
                .forEach(permissions::add);
        return permissions;
    }

    /** All of it by the names of the objects; what cannot be read is told to the manifest. */
    Map<String, byte[]> read(Pod pod, Manifest manifest) throws ApiException {
        Map<String, byte[]> objects = new LinkedHashMap<>();
        objects.put("pod.yaml", yaml(pod(pod)));
        owners(pod, objects, manifest);
        events(pod, objects, manifest);
        node(pod, objects, manifest);
        return objects;
    }

    /** As it is now; as it was when it was found, if it has gone since. */
    private Object pod(Pod pod) throws ApiException {
        Optional<GenericKubernetesResource> now = api.find(
                Resource.PODS,
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                GenericKubernetesResource.class);
        return now.filter(each ->
                        pod.getMetadata().getUid().equals(each.getMetadata().getUid()))
                .<Object>map(each -> each)
                .orElse(pod);
    }

    private void owners(Pod pod, Map<String, byte[]> objects, Manifest manifest) throws ApiException {
        String namespace = pod.getMetadata().getNamespace();
        List<OwnerReference> references = pod.getMetadata().getOwnerReferences();
        for (int depth = 1; depth <= DEEPEST && !references.isEmpty(); depth++) {
            OwnerReference reference = references.getFirst();
            String what = reference.getKind() + "/" + reference.getName();
            Optional<GenericKubernetesResource> owner = owner(reference, namespace, what, manifest);
            if (owner.isEmpty()) {
                return;
            }
            objects.put("owners/" + depth + "-" + Keys.part(what.replace('/', '-')) + ".yaml", yaml(owner.get()));
            references = owner.get().getMetadata().getOwnerReferences();
        }
    }

    private Optional<GenericKubernetesResource> owner(
            OwnerReference reference, String namespace, String what, Manifest manifest) throws ApiException {
        Resource kind = OWNERS.get(reference.getKind());
        if (kind == null || !reference.getApiVersion().equals(apiVersion(kind))) {
            manifest.lacks(what, "a kind that is not looked up");
            return Optional.empty();
        }
        Optional<GenericKubernetesResource> owner =
                api.find(kind, namespace, reference.getName(), GenericKubernetesResource.class);
        if (owner.filter(each -> each.getMetadata().getUid().equals(reference.getUid()))
                .isEmpty()) {
            manifest.lacks(what, "it is gone");
            return Optional.empty();
        }
        return owner;
    }

    private static String apiVersion(Resource kind) {
        return kind.group().isEmpty() ? kind.version() : kind.group() + "/" + kind.version();
    }

    private void events(Pod pod, Map<String, byte[]> objects, Manifest manifest) throws ApiException {
        String about = "?fieldSelector=regarding.uid%3D" + pod.getMetadata().getUid();
        var events = api.list(EVENTS, pod.getMetadata().getNamespace(), about, GenericKubernetesResourceList.class);
        if (events.getItems().isEmpty()) {
            manifest.lacks("events.yaml", "there is none");
        } else {
            objects.put("events.yaml", yaml(events));
        }
    }

    private void node(Pod pod, Map<String, byte[]> objects, Manifest manifest) throws ApiException {
        String name = Optional.ofNullable(pod.getSpec().getNodeName()).orElse("");
        if (name.isEmpty()) {
            manifest.lacks("node.yaml", "the pod is on no node");
            return;
        }
        try {
            Optional<GenericKubernetesResource> node = api.find(NODES, "", name, GenericKubernetesResource.class);
            node.ifPresentOrElse(
                    each -> objects.put("node.yaml", yaml(each)), () -> manifest.lacks("node.yaml", "it is gone"));
        } catch (ApiException e) {
            if (e.outcome().reason() != Reason.FORBIDDEN) {
                throw e;
            }
            manifest.lacks("node.yaml", "the function may not read nodes");
        }
    }

    private byte[] yaml(Object object) {
        return yaml.asYaml(object).getBytes(UTF_8);
    }

    /** This very pod as it is now; empty when it has gone. */
    Optional<Pod> now(Pod pod) throws ApiException {
        try {
            Pod now =
                    api.pod(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), ApiServer.Read.QUORUM);
            return Optional.of(now)
                    .filter(each ->
                            each.getMetadata().getUid().equals(pod.getMetadata().getUid()));
        } catch (ApiException e) {
            if (e.outcome() instanceof Skipped) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
