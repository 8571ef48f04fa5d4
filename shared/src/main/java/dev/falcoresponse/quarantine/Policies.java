package dev.falcoresponse.quarantine;

import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies that were made here for a pod, of every kind that there is; nobody else's is ever touched. */
public final class Policies {
    public static final Resource NETWORK_POLICIES = Resource.namespaced("networking.k8s.io", "v1", "networkpolicies");
    public static final Resource CILIUM = Resource.namespaced("cilium.io", "v2", "ciliumnetworkpolicies");
    public static final Resource CALICO = Resource.namespaced("projectcalico.org", "v3", "networkpolicies");
    public static final Resource CLUSTER =
            Resource.ofCluster("policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies");
    public static final Resource ADMIN =
            Resource.ofCluster("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies");

    /** Those that belong to the cluster as a whole. */
    public static final List<Resource> OF_CLUSTER = List.of(CLUSTER, ADMIN);

    /** The query that selects what was made here. */
    public static final String OURS =
            "?labelSelector=" + Quarantine.MANAGED_BY.replace("/", "%2F") + "%3D" + Quarantine.MANAGER;

    private static final List<Resource> DENYING = List.of(CILIUM, CALICO, CLUSTER, ADMIN);

    private final ApiServer api;

    public Policies(ApiServer api) {
        this.api = api;
    }

    /**
     * A policy by its name, if it was made here for this pod.
     *
     * @throws ApiException as failed; failed/conflict when someone else's has the name
     */
    public Optional<GenericKubernetesResource> find(Resource kind, Pod pod, String name) throws ApiException {
        Optional<GenericKubernetesResource> found = any(kind, pod, name);
        if (found.filter(policy -> !Quarantine.isOurs(policy, pod)).isPresent()) {
            throw new ApiException(new Failed(
                    Reason.CONFLICT, kind.text() + " " + name + " is there, and someone else's: it is left alone"));
        }
        return found;
    }

    /**
     * The policies that were made here for this pod.
     *
     * @throws ApiException as failed
     */
    public List<Held> heldBy(Pod pod) throws ApiException {
        List<Held> held = new ArrayList<>();
        for (Resource kind : kinds(pod)) {
            for (String name : List.of(Quarantine.policyName(pod), Quarantine.addressPolicyName(pod))) {
                any(kind, pod, name)
                        .filter(policy -> Quarantine.isOurs(policy, pod))
                        .ifPresent(policy -> held.add(new Held(kind, policy)));
            }
        }
        return held;
    }

    /** A policy that holds a pod. */
    public record Held(Resource kind, HasMetadata policy) {
        @Override
        public String toString() {
            return kind.text() + " " + policy.getMetadata().getName();
        }
    }

    /** The kinds in which it can be held, by what its annotation says; the plain one always. */
    private List<Resource> kinds(Pod pod) throws ApiException {
        List<String> written = List.of(Quarantine.annotations(pod)
                .getOrDefault(Quarantine.POLICY_KIND, "")
                .split(",", -1));
        List<Resource> kinds = new ArrayList<>(List.of(NETWORK_POLICIES));
        for (Resource kind : DENYING) {
            // with its CustomResourceDefinition all objects of a kind are gone
            if (written.contains(kind.text()) && api.serves(kind)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private Optional<GenericKubernetesResource> any(Resource kind, Pod pod, String name) throws ApiException {
        return api.find(kind, namespace(kind, pod), name, GenericKubernetesResource.class);
    }

    /**
     * Takes away a policy that was made here; that it is gone already is no error.
     *
     * @throws ApiException as failed
     */
    public void remove(Resource kind, HasMetadata policy, Run run) throws ApiException {
        try {
            api.delete(kind, policy, run);
        } catch (ApiException e) {
            if (!(e.outcome() instanceof Skipped)) {
                throw e;
            }
        }
    }

    /** What a policy for a pod is made with; a pod cannot own what belongs to the cluster as a whole. */
    public static Map<String, Object> metadata(Resource kind, Pod pod, String name) {
        Map<String, Object> owner = Map.of(
                "apiVersion", "v1", "kind", "Pod", "name", pod.getMetadata().getName(), "uid", Quarantine.uid(pod));
        return kind.namespaced()
                ? Map.of("name", name, "labels", Quarantine.policyLabels(pod), "ownerReferences", List.of(owner))
                : Map.of("name", name, "labels", Quarantine.policyLabels(pod));
    }

    private static String namespace(Resource kind, Pod pod) {
        return kind.namespaced() ? pod.getMetadata().getNamespace() : "";
    }
}
