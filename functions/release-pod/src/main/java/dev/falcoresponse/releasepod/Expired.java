package dev.falcoresponse.releasepod;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Quarantine;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the pods whose isolation has expired. */
final class Expired {
    private static final String MARKED = "?labelSelector=" + Quarantine.LABEL.replace("/", "%2F");
    private static final List<String> ALL = List.of("");

    private final ApiServer api;
    private final List<String> namespaces;
    private final String type;

    /**
     * Looks in some namespaces.
     *
     * @param namespaces empty for all
     * @param type of the events that ask for the release of one pod
     */
    Expired(ApiServer api, List<String> namespaces, String type) {
        this.api = api;
        this.namespaces = namespaces.isEmpty() ? ALL : List.copyOf(namespaces);
        this.type = type;
    }

    /** A request for each, in the name of the alert for which it was cut off. */
    List<Alert> at(Instant now) throws ApiException {
        List<Alert> requests = new ArrayList<>();
        for (String namespace : namespaces) {
            api.list(Resource.PODS, namespace, MARKED, PodList.class).getItems().stream()
                    .filter(Quarantine::isMarked)
                    .filter(pod -> Quarantine.expiry(pod)
                            .filter(expiry -> !expiry.isAfter(now))
                            .isPresent())
                    .map(pod -> request(pod, now))
                    .forEach(requests::add);
        }
        return requests;
    }

    private Alert request(Pod pod, Instant now) {
        ObjectMeta meta = pod.getMetadata();
        Map<String, String> annotations = Quarantine.annotations(pod);
        return Alert.request(
                type,
                annotations.getOrDefault(Quarantine.EVENT_ID, ""),
                Quarantine.time(pod, Quarantine.EVENT_TIME).orElse(now),
                annotations.getOrDefault(Quarantine.RULE, ""),
                new PodReference(meta.getNamespace(), meta.getName(), meta.getUid(), "", ""));
    }
}
