package dev.falcoresponse.restrictaccess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Replies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The caller of the API server that an audit alert is about.
 *
 * @param name empty when the alert names none
 * @param groups empty when the alert does not tell them
 */
record AuditedUser(String name, List<String> groups) {
    private static final JsonMapper JSON = new JsonMapper();

    AuditedUser {
        groups = List.copyOf(groups);
    }

    /** The user of an audit alert; empty for other alerts, and for the reply of an action, which is about its object. */
    static Optional<AuditedUser> of(Alert alert) {
        boolean audited = alert.source().equals("k8s_audit")
                && Replies.sender(alert.event().attribute("type")).isEmpty();
        return audited
                ? Optional.of(new AuditedUser(alert.fields().getOrDefault("ka.user.name", ""), groupsOf(alert)))
                : Optional.empty();
    }

    /** Falco gives an array, or what its rule's author made of it. */
    private static List<String> groupsOf(Alert alert) {
        try {
            JsonNode groups = JSON.readTree(alert.event().data()).at("/output_fields/ka.user.groups");
            List<String> names = new ArrayList<>();
            groups.forEach(each -> names.add(each.asText()));
            if (groups.isTextual()) {
                names.addAll(List.of(groups.asText().split("[\\s,()\\[\\]\"]+", -1)));
            }
            return names;
        } catch (IOException e) {
            return List.of(); // it has been read as an alert before
        }
    }
}
