package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/** The answer to a readiness probe, as a phrase. */
final class Readiness {
    private static final JsonMapper JSON = new JsonMapper();

    private Readiness() {}

    static String phrase(String answer) {
        try {
            JsonNode health = JSON.readTree(answer);
            return isUp(health) ? "ready" : "not ready: " + reasons(health);
        } catch (JsonProcessingException e) {
            return "not ready: its answer has no reason";
        }
    }

    private static String reasons(JsonNode health) {
        List<String> reasons = new ArrayList<>();
        for (JsonNode check : health.path("checks")) {
            if (!isUp(check)) {
                reasons.add(check.path("name").asText() + " " + check.path("data"));
            }
        }
        return String.join("; ", reasons);
    }

    private static boolean isUp(JsonNode check) {
        return check.path("status").asText().equals("UP");
    }
}
