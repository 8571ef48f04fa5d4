package dev.falcoresponse.deletepod;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.kubernetes.Selectors;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names the disruption budgets of a pod: the eviction API cannot handle two of them, and does not say which they are. */
record DisruptionBudgets(ObjectApi api) {
    private static final Resource BUDGETS = Resource.namespaced("policy", "v1", "poddisruptionbudgets");

    static Permission permission() {
        return BUDGETS.permission("list");
    }

    /** The failure that tells why the pod can never be evicted. */
    OutcomeException explain(Pod pod, OutcomeException failure) {
        if (!(failure.outcome() instanceof Failed failed)
                || failed.retryable()
                || !failed.reason().equals(Reason.DISRUPTION_BUDGET)) {
            return failure;
        }
        try {
            List<String> names = of(pod);
            return new OutcomeException(Failed.permanent(
                            Reason.DISRUPTION_BUDGET,
                            "Pod " + Pods.name(pod)
                                    + " can never be evicted, since several PodDisruptionBudgets select it"
                                    + " and the eviction API allows one: " + String.join(", ", names))
                    .with(Map.of("disruptionBudgets", names)));
        } catch (OutcomeException e) {
            return failure;
        }
    }

    private List<String> of(Pod pod) throws OutcomeException {
        Map<String, String> labels =
                Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        return api
                .list(BUDGETS, pod.getMetadata().getNamespace(), "", PodDisruptionBudgetList.class, ObjectApi::light)
                .stream()
                .filter(each -> each.getSpec().getSelector() != null)
                .filter(each -> Selectors.selects(each.getSpec().getSelector(), labels))
                .map(PodDisruptionBudget::getMetadata)
                .map(meta -> meta.getName())
                .sorted()
                .toList();
    }
}
