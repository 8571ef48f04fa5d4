package dev.falcoresponse.releasepod;

import dev.falcoresponse.Reason;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Policies;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.PodList;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/** Policies of the cluster as a whole whose pod is gone: a pod cannot own them, so nobody else takes them away. */
final class Orphans {
    private static final Logger LOG = Logger.getLogger(Orphans.class);

    /** A policy is there before its pod is marked: one this young may still belong to somebody. */
    private static final Duration YOUNG = Duration.ofMinutes(5);

    private final ApiServer api;
    private final Policies policies;

    Orphans(ApiServer api, Policies policies) {
        this.api = api;
        this.policies = policies;
    }

    void remove(Instant now, Run run) throws ApiException {
        for (Resource kind : Policies.OF_CLUSTER) {
            for (GenericKubernetesResource policy : ours(kind)) {
                Instant created = Instant.parse(policy.getMetadata().getCreationTimestamp());
                if (created.plus(YOUNG).isBefore(now) && isOrphan(policy)) {
                    policies.remove(kind, policy, run);
                    LOG.infof(
                            "%s %s of a pod that is gone was removed",
                            kind.text(), policy.getMetadata().getName());
                }
            }
        }
    }

    private List<GenericKubernetesResource> ours(Resource kind) throws ApiException {
        if (!api.serves(kind)) {
            return List.of();
        }
        try {
            return api.list(kind, "", Policies.OURS, GenericKubernetesResourceList.class)
                    .getItems();
        } catch (ApiException e) {
            if (e.outcome().reason() == Reason.FORBIDDEN) {
                return List.of(); // who may not see them has not been set up for this kind
            }
            throw e;
        }
    }

    private boolean isOrphan(GenericKubernetesResource policy) throws ApiException {
        String uid = policy.getMetadata().getLabels().get(Quarantine.LABEL);
        String marked = "?labelSelector=" + Quarantine.LABEL.replace("/", "%2F") + "%3D" + uid;
        return api.list(Resource.PODS, "", marked, PodList.class).getItems().isEmpty();
    }
}
