package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.PodList;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Cluster-scoped policies whose pod is gone: a pod cannot own them, so that Kubernetes does not remove them. */
record OrphanedPolicies(ObjectApi api, Policies policies) {
    private static final Logger LOG = Logger.getLogger(OrphanedPolicies.class);

    /** A policy is created before its pod is marked: a younger one may yet get its pod. */
    private static final Duration MIN_AGE = Duration.ofMinutes(5);

    void remove(Instant now) throws OutcomeException {
        for (Resource kind : Policies.CLUSTER_SCOPED) {
            for (GenericKubernetesResource policy : ours(kind)) {
                Instant created = Instant.parse(policy.getMetadata().getCreationTimestamp());
                if (created.plus(MIN_AGE).isBefore(now) && isOrphan(policy)) {
                    policies.remove(kind, policy, Run.REAL);
                    LOG.infof(
                            "Removed %s %s, whose pod is gone",
                            kind.text(), policy.getMetadata().getName());
                }
            }
        }
    }

    private List<GenericKubernetesResource> ours(Resource kind) throws OutcomeException {
        if (!api.serves(kind)) {
            return List.of();
        }
        try {
            return api.list(kind, "", Policies.OURS, GenericKubernetesResourceList.class, ObjectApi::light).stream()
                    .filter(OrphanedPolicies::isOurs)
                    .toList();
        } catch (OutcomeException e) {
            if (e.outcome().reason().equals(Reason.FORBIDDEN)) {
                return List.of(); // the component for this kind of policy is not installed
            }
            throw e;
        }
    }

    /** One that a person has copied from ours keeps its labels, and has another name. */
    private static boolean isOurs(GenericKubernetesResource policy) {
        Map<String, String> labels =
                Optional.ofNullable(policy.getMetadata().getLabels()).orElse(Map.of());
        return policy.getMetadata().getName().equals("falco-response-" + labels.get(Quarantine.LABEL));
    }

    private boolean isOrphan(GenericKubernetesResource policy) throws OutcomeException {
        String uid = policy.getMetadata().getLabels().get(Quarantine.LABEL);
        String marked = "labelSelector=" + ObjectApi.encoded(Quarantine.LABEL + "=" + uid);
        return api.list(Resource.PODS, "", marked, PodList.class, ObjectApi::light)
                .isEmpty();
    }
}
