package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies that this function made for a pod, of every kind. Policies of others are never touched. */
final class Policies {
    static final Resource NETWORK_POLICIES = Resource.namespaced("networking.k8s.io", "v1", "networkpolicies");
    static final Resource CILIUM = Resource.namespaced("cilium.io", "v2", "ciliumnetworkpolicies");
    static final Resource CALICO = Resource.namespaced("projectcalico.org", "v3", "networkpolicies");
    static final Resource CLUSTER =
            Resource.clusterScoped("policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies");
    static final Resource ADMIN =
            Resource.clusterScoped("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies");

    static final List<Resource> CLUSTER_SCOPED = List.of(CLUSTER, ADMIN);

    /** The query that selects our policies. */
    static final String OURS =
            "labelSelector=" + Quarantine.MANAGED_BY.replace("/", "%2F") + "%3D" + Quarantine.MANAGER;

    private static final List<Resource> DENYING = List.of(CILIUM, CALICO, CLUSTER, ADMIN);

    private final ObjectApi objects;
    private final PolicyApi api;

    Policies(ObjectApi objects, PolicyApi api) {
        this.objects = objects;
        this.api = api;
    }

    /**
     * The policy of that name, if it is ours for this pod.
     *
     * @throws OutcomeException as failed; as failed/conflict when somebody else's policy has the name
     */
    Optional<GenericKubernetesResource> find(Resource kind, Pod pod, String name) throws OutcomeException {
        Optional<GenericKubernetesResource> found = named(kind, pod, name);
        if (found.filter(policy -> !Quarantine.isOurs(policy, pod)).isPresent()) {
            throw new OutcomeException(Failed.retryable(
                    Reason.CONFLICT, kind.text() + " " + name + " exists and is someone else's: it is left alone"));
        }
        return found;
    }

    /** A policy that isolates a pod. */
    record Held(Resource kind, HasMetadata policy) {
        @Override
        public String toString() {
            return kind.text() + " " + policy.getMetadata().getName();
        }
    }

    /**
     * Our policies for this pod.
     *
     * @param kinds to look for beside those that the pod's annotation names
     * @throws OutcomeException as failed
     */
    List<Held> heldBy(Pod pod, List<Resource> kinds) throws OutcomeException {
        List<Held> held = new ArrayList<>();
        for (Resource kind : kinds(pod, kinds)) {
            for (String name : List.of(Quarantine.policyName(pod), Quarantine.addressPolicyName(pod))) {
                named(kind, pod, name)
                        .filter(policy -> Quarantine.isOurs(policy, pod))
                        .ifPresent(policy -> held.add(new Held(kind, policy)));
            }
        }
        return held;
    }

    private List<Resource> kinds(Pod pod, List<Resource> more) throws OutcomeException {
        List<String> written = List.of(Quarantine.annotations(pod)
                .getOrDefault(Quarantine.POLICY_KIND, "")
                .split(",", -1));
        List<Resource> kinds = new ArrayList<>(List.of(NETWORK_POLICIES));
        for (Resource kind : DENYING) {
            // when its CustomResourceDefinition is removed, all objects of a kind are gone
            if ((written.contains(kind.text()) || more.contains(kind)) && objects.serves(kind)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private Optional<GenericKubernetesResource> named(Resource kind, Pod pod, String name) throws OutcomeException {
        return objects.find(kind, namespace(kind, pod), name, GenericKubernetesResource.class);
    }

    /** Applies a policy for this pod; fails with a conflict when somebody else's has its name. */
    void apply(Resource kind, Pod pod, String name, Map<String, Object> policy, Run run) throws OutcomeException {
        find(kind, pod, name);
        api.apply(kind, namespace(kind, pod), name, policy, run);
    }

    /** Creates a policy for this pod; fails with a conflict when there is one of its name. */
    void create(Resource kind, Pod pod, Map<String, Object> policy, Run run) throws OutcomeException {
        api.create(kind, namespace(kind, pod), policy, run);
    }

    /** Removes our policy of that name, if there is one. */
    void removeIfPresent(Resource kind, Pod pod, String name, Run run) throws OutcomeException {
        Optional<GenericKubernetesResource> found = find(kind, pod, name);
        if (found.isPresent()) {
            remove(kind, found.get(), run);
        }
    }

    /** Removes a policy; it is no error when it is gone already. */
    void remove(Resource kind, HasMetadata policy, Run run) throws OutcomeException {
        try {
            api.delete(kind, policy, run);
        } catch (OutcomeException e) {
            if (!(e.outcome() instanceof Skipped)) {
                throw e;
            }
        }
    }

    /** The metadata of a policy for this pod. A pod cannot own a cluster-scoped object. */
    static Map<String, Object> metadata(Resource kind, Pod pod, String name) {
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
