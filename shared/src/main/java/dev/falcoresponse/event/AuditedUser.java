package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The caller of the API server that an audit alert is about.
 *
 * @param name exactly as the alert has it; empty when the alert names none
 * @param groups empty when the alert does not tell them
 */
public record AuditedUser(String name, List<String> groups) {
    /** The group that no policy restricts. */
    public static final String MASTERS = "system:masters";

    public AuditedUser {
        groups = List.copyOf(groups);
    }

    /** The user that the output fields of an audit alert name. */
    static AuditedUser in(JsonObject fields) throws UnreadableException {
        String name = fields.anyText("ka.user.name");
        boolean given =
                !name.isBlank() && !name.equals("<NA>") && UTF_8.newEncoder().canEncode(name);
        return new AuditedUser(given ? name : "", groups(fields.node().path("ka.user.groups")));
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
