package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the pods whose isolation has expired.
 *
 * @param namespaces where to look; empty: everywhere
 */
record ExpiredPods(ObjectApi api, List<String> namespaces) {
    private static final String MARKED = "labelSelector=" + Quarantine.LABEL.replace("/", "%2F");

    ExpiredPods {
        namespaces = namespaces.isEmpty() ? List.of("") : List.copyOf(namespaces);
    }

    List<Pod> at(Instant now) throws OutcomeException {
        List<Pod> expired = new ArrayList<>();
        for (String namespace : namespaces) {
            api.list(
                            Resource.PODS,
                            namespace,
                            MARKED,
                            PodList.class,
                            (Pod pod) -> Optional.of(pod)
                                    .filter(Quarantine::isMarked)
                                    .filter(each -> Quarantine.isExpired(each, now)))
                    .forEach(pod -> pod.ifPresent(expired::add));
        }
        return expired;
    }
}
