package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The caller of the API server that an audit alert is about.
 *
 * @param name exactly as the alert has it; empty when the alert names none
 * @param groups empty when the alert does not tell them
 */
public record AuditedUser(String name, List<String> groups) {
    /** The group that no policy restricts. */
    public static final String MASTERS = "system:masters";

    private static final JsonMapper JSON = new JsonMapper();

    public AuditedUser {
        groups = List.copyOf(groups);
    }

    /** The user of an audit alert; empty for other alerts, and for the reply of an action, which is about its object. */
    public static Optional<AuditedUser> of(Alert alert) {
        boolean audited = alert.source().equals("k8s_audit")
                && Replies.sender(alert.event().attribute("type")).isEmpty();
        return audited ? Optional.of(read(alert.event().data())) : Optional.empty();
    }

    private static AuditedUser read(byte[] alert) {
        try {
            JsonNode fields = JSON.readTree(alert).path("output_fields");
            String name = fields.path("ka.user.name").asText("");
            boolean given = !name.isBlank()
                    && !name.equals("<NA>")
                    && UTF_8.newEncoder().canEncode(name);
            return new AuditedUser(given ? name : "", groups(fields.path("ka.user.groups")));
        } catch (IOException e) {
            return new AuditedUser("", List.of()); // it has been read as an alert before
        }
    }

    /** Falco gives an array, or what its rule's author made of it: a group that counts is found in any text. */
    private static List<String> groups(JsonNode given) {
        List<String> names = new ArrayList<>();
        given.forEach(each -> names.add(each.asText()));
        if (given.toString().contains(MASTERS)) {
            names.add(MASTERS);
        }
        return names;
    }
}
