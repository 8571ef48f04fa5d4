package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/** Events that are no alerts: requests to undo a response, and the clock's. */
final class RequestEvents {
    private RequestEvents() {}

    /**
     * A request to release an isolated pod.
     *
     * @param dryRun whether to preview only; if false, the pod is released even while alerts are only previewed
     */
    static SentAlert undoIsolation(String namespace, String pod, boolean dryRun, Instant now) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("namespace", namespace)
                .put("pod", pod)
                .put("dryRun", dryRun);
        return undo("isolate-network", "a request to release the isolated pod", data, now);
    }

    /** A request to uncordon a node. */
    static SentAlert undoCordon(String node, boolean dryRun, Instant now) {
        ObjectNode data =
                JsonNodeFactory.instance.objectNode().put("node", node).put("dryRun", dryRun);
        return undo("cordon-node", "a request to uncordon the node", data, now);
    }

    /** A request to resume a workload. */
    static SentAlert undoSuspension(String kind, String namespace, String name, boolean dryRun, Instant now) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind)
                .put("namespace", namespace)
                .put("name", name)
                .put("dryRun", dryRun);
        return undo("suspend-workload", "a request to resume the workload", data, now);
    }

    /** A request to free a pod or a user from its restriction; an empty uid stands for any. */
    static SentAlert undoRestriction(
            String kind, String namespace, String name, String uid, boolean dryRun, Instant now) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind)
                .put("namespace", namespace)
                .put("name", name)
                .put("uid", uid)
                .put("dryRun", dryRun);
        return undo("restrict-access", "a request to free the restricted identity", data, now);
    }

    private static SentAlert undo(String action, String description, ObjectNode data, Instant now) {
        String id =
                UUID.nameUUIDFromBytes((data.toString() + now).getBytes(UTF_8)).toString();
        return event(description, id, "/play", "falco.response." + action + ".undo.v1", data, now);
    }

    private static SentAlert event(
            String description, String id, String source, String type, ObjectNode data, Instant now) {
        CloudEvent event = CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create(source))
                .withType(type)
                .withTime(now.atOffset(ZoneOffset.UTC))
                .withData("application/json", data.toString().getBytes(UTF_8))
                .build();
        return new SentAlert(description, id, event);
    }

    /** The clock of request-approval. */
    static SentAlert tick(Instant now) {
        return event(
                "the clock of request-approval",
                UUID.randomUUID().toString(),
                "/apis/v1/namespaces/falco-response/pingsources/request-approval-clock",
                "dev.knative.sources.ping",
                JsonNodeFactory.instance.objectNode(),
                now);
    }
}
