package dev.falcoresponse.playground;

import static dev.falcoresponse.playground.PageContent.required;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.regex.Pattern;

/** What the page shows of the functions' settings, and its form to try one. */
final class SettingsView {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SettingsView() {}

    /** The settings of each function, with values, defaults and meanings. */
    static JsonNode of(Functions functions) {
        ArrayNode all = JSON.createArrayNode();
        functions.settings().forEach((name, values) -> {
            ArrayNode each = all.addObject()
                    .put("name", name)
                    .put("health", functions.health(name))
                    .putArray("settings");
            for (SettingTable.Setting setting : SettingTable.of(name)) {
                each.addObject()
                        .put("name", setting.name())
                        .put("value", values.getOrDefault(setting.name(), setting.defaultValue()))
                        .put("isDefault", !values.containsKey(setting.name()))
                        .put("meaning", setting.meaning().replace("`", ""));
            }
        });
        return all;
    }

    /** Starts a function with one more setting and returns whether it accepts it; this function receives no events. */
    static JsonNode trySetting(Functions functions, JsonNode request) {
        String name = required(request, "name");
        if (name.equals("RESPONSE_DRY_RUN")) {
            throw new IllegalArgumentException("Use the button at the top to change whether the functions act");
        }
        String function = required(request, "function");
        String prefix = SettingTable.prefix(function);
        // other environment variables, such as JAVA_TOOL_OPTIONS, could run arbitrary code
        if (!name.matches("(RESPONSE_|" + Pattern.quote(prefix) + ")[A-Z0-9_]{1,100}")) {
            throw new IllegalArgumentException("A setting of this function begins with RESPONSE_ or " + prefix);
        }
        return JSON.createObjectNode()
                .put(
                        "result",
                        functions.trySetting(
                                function, name, request.path("value").asText()));
    }
}
