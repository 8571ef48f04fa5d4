package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The settings of a function's manifest, adapted to this machine. */
final class ManifestSettings {
    private static final String STORE = "SNAPSHOT_LOGS_STORE";
    private static final YAMLMapper YAML = new YAMLMapper();

    private ManifestSettings() {}

    /**
     * Reads the manifest and the user's own environment, which has precedence.
     *
     * @throws IllegalArgumentException if there is no such function, or its manifest cannot be read
     */
    static Map<String, String> read(Path home, String name) {
        if (!Files.isDirectory(home.resolve("functions").resolve(name))) {
            throw new IllegalArgumentException("A Trigger names the function " + name + ", which is not in functions/");
        }
        Map<String, String> settings =
                environment(home.resolve("knative").resolve(name).resolve("service.yaml"));
        settings.computeIfPresent(STORE, (_, store) -> localStore(home, store));
        System.getenv().forEach((variable, value) -> {
            if (variable.startsWith("RESPONSE_") || variable.startsWith(SettingTable.prefix(name))) {
                settings.put(variable, value);
            }
        });
        return settings;
    }

    /** A folder in the container becomes a folder of this checkout. */
    private static String localStore(Path home, String store) {
        if (!store.startsWith("file:")) {
            return store;
        }
        Path folder = home.resolve("target").resolve("evidence").toAbsolutePath();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + " cannot be created: " + e.getMessage(), e);
        }
        return "file://" + folder;
    }

    /** The environment variables of a Service's manifest. */
    private static Map<String, String> environment(Path service) {
        Map<String, String> settings = new TreeMap<>();
        if (Files.isRegularFile(service)) {
            for (JsonNode variable : containers(service).path(0).path("env")) {
                settings.put(
                        variable.path("name").asText(), variable.path("value").asText());
            }
        }
        return settings;
    }

    private static JsonNode containers(Path service) {
        try {
            return YAML.readTree(service.toFile())
                    .path("spec")
                    .path("template")
                    .path("spec")
                    .path("containers");
        } catch (IOException e) {
            throw new IllegalArgumentException(service + " cannot be read: " + e.getMessage(), e);
        }
    }
}
