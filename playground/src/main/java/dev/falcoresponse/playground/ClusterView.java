package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the page shows of a cluster: its pods, which of them are isolated and until when, its policies. */
final class ClusterView {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "falco-response/";

    private ClusterView() {}

    static ObjectNode of(KubernetesClient client) {
        ObjectNode view = JSON.createObjectNode();
        ArrayNode hidden = view.putArray("hidden");
        ArrayNode pods = view.putArray("pods");
        list("pods", hidden, () -> client.pods().inAnyNamespace().list().getItems())
                .forEach(pod -> pods.add(pod(pod)));
        ArrayNode nodes = view.putArray("nodes");
        list("nodes", hidden, () -> client.nodes().list().getItems()).forEach(node -> nodes.add(node(node)));
        ArrayNode suspended = view.putArray("suspended");
        list(
                        "config maps of suspended workloads",
                        hidden,
                        () -> client.configMaps()
                                .inAnyNamespace()
                                .withLabel(PREFIX + "suspended", "true")
                                .list()
                                .getItems())
                .forEach(memory -> suspended.add(suspended(memory.getData())));
        ArrayNode requests = view.putArray("requests");
        list(
                        "config maps of requests",
                        hidden,
                        () -> client.configMaps()
                                .inAnyNamespace()
                                .withLabel(Approvals.LABEL)
                                .list()
                                .getItems())
                .forEach(each -> requests.add(request(each)));
        ArrayNode restricted = view.putArray("restricted");
        list("access restrictions", hidden, () -> Restrictions.all(client).toList())
                .forEach(restricted::addPOJO);
        ArrayNode policies = view.putArray("policies");
        list(
                        "network policies",
                        hidden,
                        () -> client.network()
                                .v1()
                                .networkPolicies()
                                .inAnyNamespace()
                                .list()
                                .getItems())
                .forEach(each -> policies.add(JSON.createObjectNode()
                        .put("namespace", each.getMetadata().getNamespace())
                        .put("name", each.getMetadata().getName())));
        return view;
    }

    private static ObjectNode pod(Pod pod) {
        Map<String, String> labels = labels(pod);
        Map<String, String> annotations = annotations(pod);
        ObjectNode node = JSON.createObjectNode()
                .put("namespace", pod.getMetadata().getNamespace())
                .put("name", pod.getMetadata().getName())
                .put("uid", pod.getMetadata().getUid())
                .put("owner", owner(pod))
                .put("terminating", pod.getMetadata().getDeletionTimestamp() != null)
                .put("exempt", "true".equals(labels.get(PREFIX + "exempt")))
                .put("isolated", labels.containsKey(PREFIX + "quarantine"))
                .put("rule", annotations.getOrDefault(PREFIX + "rule", ""))
                .put("since", annotations.getOrDefault(PREFIX + "event-time", ""))
                .put("expires", annotations.getOrDefault(PREFIX + "expires-at", ""));
        if (pod.getStatus() != null && !pod.getStatus().getContainerStatuses().isEmpty()) {
            String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
            node.put("containerId", id == null ? "" : id.replaceFirst(".*://", ""));
        }
        return node;
    }

    private static ObjectNode node(Node node) {
        Map<String, String> annotations = annotations(node);
        return JSON.createObjectNode()
                .put("name", node.getMetadata().getName())
                .put("cordoned", labels(node).containsKey(PREFIX + "quarantine"))
                .put("rule", annotations.getOrDefault(PREFIX + "rule", ""))
                .put("since", annotations.getOrDefault(PREFIX + "event-time", ""))
                .put("expires", annotations.getOrDefault(PREFIX + "expires-at", ""));
    }

    private static ObjectNode request(ConfigMap request) {
        ObjectNode node = JSON.createObjectNode()
                .put("request", request.getMetadata().getName())
                .put("decision", annotations(request).getOrDefault(PREFIX + "decision", ""))
                .put("by", annotations(request).getOrDefault(PREFIX + "decided-by", ""));
        Stream.of("question", "rule", "until")
                .forEach(key -> node.put(key, request.getData().getOrDefault(key, "")));
        return node;
    }

    private static ObjectNode suspended(Map<String, String> memory) {
        ObjectNode node = JSON.createObjectNode();
        Stream.of("kind", "namespace", "name", "rule").forEach(key -> node.put(key, memory.getOrDefault(key, "")));
        return node.put("since", memory.getOrDefault("eventTime", ""))
                .put("expires", memory.getOrDefault("expiresAt", ""));
    }

    private static Map<String, String> annotations(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    private static Map<String, String> labels(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static String owner(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .findFirst()
                .map(each -> each.getKind() + "/" + each.getName())
                .orElse("");
    }

    private interface Query<T> {
        List<T> run();
    }

    /** A kind that the user may not list is shown as hidden. */
    private static <T> List<T> list(String kind, ArrayNode hidden, Query<T> query) {
        try {
            return query.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() == 403) {
                hidden.add(kind);
                return List.of();
            }
            throw e;
        }
    }
}
