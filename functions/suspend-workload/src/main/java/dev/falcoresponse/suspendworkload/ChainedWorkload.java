package dev.falcoresponse.suspendworkload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Replies;
import java.io.IOException;
import java.util.Optional;

/**
 * The controller of a pod that another action has removed, as its reply names it: the pod itself is gone.
 *
 * @param proven whether the pod was proven to be the one
 */
record ChainedWorkload(String kind, String name, String uid, boolean proven) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The workload in the reply of an action that acted; empty for an alert, and for a reply that names none. */
    static Optional<ChainedWorkload> of(Alert alert) {
        if (Replies.sender(alert.event().attribute("type")).isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode record = JSON.readTree(alert.event().data());
            JsonNode workload = record.at("/details/workload");
            String identity = record.path("identity").asText("");
            String name = workload.path("name").asText("");
            String uid = workload.path("uid").asText("");
            boolean acted = record.path("outcome").asText("").equals("acted");
            return acted && KubernetesNames.isName(name) && !uid.isEmpty()
                    ? Optional.of(new ChainedWorkload(
                            workload.path("kind").asText(""),
                            name,
                            uid,
                            identity.equals("uid") || identity.equals("container")))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // it has been read as a record before
        }
    }
}
