package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What Kubernetes knows about a pod besides its logs: itself, its owners, its Events, its node. */
final class PodContext {
    /** Kinds that own pods, directly or not. Of other kinds, only the reference in the pod's own YAML is stored. */
    private static final Map<String, Resource> OWNERS = Map.of(
            "ReplicaSet", Resource.namespaced("apps", "v1", "replicasets"),
            "Deployment", Resource.namespaced("apps", "v1", "deployments"),
            "StatefulSet", Resource.namespaced("apps", "v1", "statefulsets"),
            "DaemonSet", Resource.namespaced("apps", "v1", "daemonsets"),
            "Job", Resource.namespaced("batch", "v1", "jobs"),
            "CronJob", Resource.namespaced("batch", "v1", "cronjobs"),
            "ReplicationController", Resource.namespaced("", "v1", "replicationcontrollers"));

    /** No cluster has longer chains of owners. */
    private static final int MAX_DEPTH = 8;

    private final ObjectApi api;
    private final PodApi pods;
    private final KubernetesSerialization yaml = new KubernetesSerialization();

    PodContext(ObjectApi api, PodApi pods) {
        this.api = api;
        this.pods = pods;
    }

    static List<Permission> permissions() {
        List<Permission> permissions = new ArrayList<>(List.of(Resource.EVENTS.permission("list")));
        OWNERS.values().stream()
                .sorted((a, b) -> a.text().compareTo(b.text()))
                .map(owner -> owner.permission("get"))
                .forEach(permissions::add);
        return permissions;
    }

    /** The objects by name; the manifest notes what cannot be read. */
    Map<String, byte[]> read(Pod pod, Manifest manifest) throws OutcomeException {
        Map<String, byte[]> objects = new LinkedHashMap<>();
        objects.put("pod.yaml", yaml(pod(pod)));
        owners(pod, objects, manifest);
        events(pod, objects, manifest);
        node(pod, objects, manifest);
        return objects;
    }

    /** The pod as it is now; if it is gone, as it was found. */
    private Object pod(Pod pod) throws OutcomeException {
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

    private void owners(Pod pod, Map<String, byte[]> objects, Manifest manifest) throws OutcomeException {
        String namespace = pod.getMetadata().getNamespace();
        List<OwnerReference> references = pod.getMetadata().getOwnerReferences();
        for (int depth = 1; depth <= MAX_DEPTH && !references.isEmpty(); depth++) {
            OwnerReference reference = references.getFirst();
            String what = reference.getKind() + "/" + reference.getName();
            Optional<GenericKubernetesResource> owner = owner(reference, namespace, what, manifest);
            if (owner.isEmpty()) {
                return;
            }
            objects.put("owners/" + depth + "-" + ObjectKeys.part(what.replace('/', '-')) + ".yaml", yaml(owner.get()));
            references = owner.get().getMetadata().getOwnerReferences();
        }
    }

    private Optional<GenericKubernetesResource> owner(
            OwnerReference reference, String namespace, String what, Manifest manifest) throws OutcomeException {
        Resource kind = OWNERS.get(reference.getKind());
        if (kind == null || !reference.getApiVersion().equals(kind.apiVersion())) {
            manifest.note(what, "its kind is not looked up");
            return Optional.empty();
        }
        Optional<GenericKubernetesResource> owner =
                api.find(kind, namespace, reference.getName(), GenericKubernetesResource.class);
        if (owner.filter(each -> each.getMetadata().getUid().equals(reference.getUid()))
                .isEmpty()) {
            manifest.note(what, "it is gone");
            return Optional.empty();
        }
        return owner;
    }

    /** The kubelet writes the Events of a static pod about its config hash, others about the uid of its mirror. */
    private void events(Pod pod, Map<String, byte[]> objects, Manifest manifest) throws OutcomeException {
        Set<String> uids = new LinkedHashSet<>(List.of(pod.getMetadata().getUid()));
        Optional.ofNullable(pod.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(Pods.CONFIG_HASH))
                .ifPresent(uids::add);
        List<GenericKubernetesResource> events = new ArrayList<>();
        for (String uid : uids) {
            String about = "fieldSelector=regarding.uid%3D" + URLEncoder.encode(uid, UTF_8);
            events.addAll(api.list(
                    Resource.EVENTS,
                    pod.getMetadata().getNamespace(),
                    about,
                    GenericKubernetesResourceList.class,
                    ObjectApi::light));
        }
        if (events.isEmpty()) {
            manifest.note("events.yaml", "there is none");
        } else {
            GenericKubernetesResourceList list = new GenericKubernetesResourceList();
            list.setApiVersion(Resource.EVENTS.apiVersion());
            list.setKind("EventList");
            list.setItems(events);
            objects.put("events.yaml", yaml(list));
        }
    }

    private void node(Pod pod, Map<String, byte[]> objects, Manifest manifest) throws OutcomeException {
        String name = Optional.ofNullable(pod.getSpec().getNodeName()).orElse("");
        if (name.isEmpty()) {
            manifest.note("node.yaml", "the pod is on no node");
            return;
        }
        try {
            Optional<GenericKubernetesResource> node =
                    api.find(Resource.NODES, "", name, GenericKubernetesResource.class);
            node.ifPresentOrElse(
                    each -> objects.put("node.yaml", yaml(each)), () -> manifest.note("node.yaml", "it is gone"));
        } catch (OutcomeException e) {
            if (!e.outcome().reason().equals(Reason.FORBIDDEN)) {
                throw e;
            }
            manifest.note("node.yaml", "the function may not read nodes");
        }
    }

    private byte[] yaml(Object object) {
        return yaml.asYaml(object).getBytes(UTF_8);
    }

    /** The same pod as it is now; empty when it is gone. */
    Optional<Pod> refresh(Pod pod) throws OutcomeException {
        return pods.find(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), Read.QUORUM)
                .filter(now ->
                        now.getMetadata().getUid().equals(pod.getMetadata().getUid()));
    }
}
