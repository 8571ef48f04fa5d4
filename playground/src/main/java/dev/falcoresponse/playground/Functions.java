package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.testing.FakeFalcosidekick;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.StartException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The functions that the Triggers name, each as its own process with the settings of its manifest. */
final class Functions implements AutoCloseable {
    private static final String STORE = "SNAPSHOT_LOGS_STORE";
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final JsonMapper JSON = new JsonMapper();

    /** The function that only tells: what it says is heard here, and by nobody else. */
    static final String NOTIFY = "notify-falcosidekick";

    private static final String HEARD_AT = "NOTIFY_FALCOSIDEKICK_URL";

    private final Path home;
    private final Cluster cluster;
    private final FakeFalcosidekick falcosidekick = FakeFalcosidekick.start();
    private final Map<String, Map<String, String>> set = new TreeMap<>();
    private final Map<String, FunctionProcess> processes = new TreeMap<>();
    private boolean closed;

    private Functions(Path home, Cluster cluster) {
        this.home = home;
        this.cluster = cluster;
    }

    /** Starts them all. */
    static Functions start(Path home, RuleBook rules, Cluster cluster, boolean act) {
        Functions functions = new Functions(home, cluster);
        List<String> names =
                rules.triggers().stream().map(Trigger::subscriber).distinct().toList();
        try {
            for (String name : names) {
                Map<String, String> settings = functions.settings(name);
                settings.put("RESPONSE_DRY_RUN", Boolean.toString(!act));
                functions.set.put(name, settings);
                functions.processes.put(name, functions.start(name, settings));
            }
            return functions;
        } catch (RuntimeException e) {
            functions.close();
            throw e;
        }
    }

    private FunctionProcess start(String name, Map<String, String> settings) {
        Path target = home.resolve("functions").resolve(name).resolve("target");
        return cluster.start(target, home.resolve("knative").resolve(name), settings);
    }

    /** What a function's manifest sets, as it can be had here. */
    private Map<String, String> settings(String name) {
        if (!Files.isDirectory(home.resolve("functions").resolve(name))) {
            throw new IllegalArgumentException(
                    "A Trigger names the function " + name + ", which there is not in functions/");
        }
        Map<String, String> settings =
                settings(home.resolve("knative").resolve(name).resolve("service.yaml"));
        settings.computeIfPresent(STORE, (_, store) -> here(store));
        // what one has set in one's own environment wins
        System.getenv().forEach((variable, value) -> {
            if (variable.startsWith("RESPONSE_") || variable.startsWith(SettingTable.prefix(name))) {
                settings.put(variable, value);
            }
        });
        if (name.equals(NOTIFY) && !System.getenv().containsKey(HEARD_AT)) {
            settings.put(HEARD_AT, falcosidekick.uri().toString());
        }
        return settings;
    }

    /** What each is set to. */
    Map<String, Map<String, String>> settings() {
        return new TreeMap<>(set);
    }

    /** What a function says at its start to one setting more. */
    String say(String name, String setting, String value) {
        if (!set.containsKey(name)) {
            throw new IllegalArgumentException("There is no function " + name);
        }
        Map<String, String> settings = new TreeMap<>(set.getOrDefault(name, Map.of()));
        settings.put("RESPONSE_DRY_RUN", "true");
        settings.put(setting, value);
        try (FunctionProcess started = start(name, settings)) {
            return name + " takes it" + (started.status("_/health") == 200 ? "" : ", and is not well");
        } catch (StartException e) {
            return String.valueOf(e.getMessage())
                    .lines()
                    .filter(line -> line.contains(setting))
                    .findFirst()
                    .map(line -> line.replaceFirst("^.*?(?=" + setting + "|There is no setting)", ""))
                    .orElse(name + " does not start with it");
        }
    }

    /** A folder of a container is one of this checkout here. */
    private String here(String store) {
        if (!store.startsWith("file:")) {
            return store;
        }
        Path folder = home.resolve("target").resolve("evidence").toAbsolutePath();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + " cannot be made: " + e.getMessage(), e);
        }
        return "file://" + folder;
    }

    /** The manifest's environment. */
    private static Map<String, String> settings(Path service) {
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

    /** Where each is. */
    Map<String, URI> addresses() {
        Map<String, URI> addresses = new TreeMap<>();
        processes.forEach((name, process) -> addresses.put(name, process.uri()));
        return addresses;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** How many have ended by themselves. */
    synchronized int ended() {
        return closed
                ? 0
                : (int) processes.values().stream()
                        .filter(process -> !process.isAlive())
                        .count();
    }

    /** Whether one would be given events by Kubernetes, and if not, why not. */
    String health(String name) {
        FunctionProcess process = Objects.requireNonNull(processes.get(name));
        if (!process.isAlive()) {
            return "has ended";
        }
        try {
            JsonNode health = JSON.readTree(process.body("_/ready"));
            return isUp(health) ? "ready" : "not ready: " + reasons(health);
        } catch (JsonProcessingException e) {
            return "not ready: it does not say why";
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

    /** What people were told, in order. */
    List<JsonNode> told() {
        return falcosidekick.events();
    }

    /** Ends them; what has been closed stays so. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        // each may take as long as it needs, and none goes on meanwhile
        processes.values().forEach(FunctionProcess::terminate);
        processes.values().forEach(FunctionProcess::close);
        falcosidekick.close();
    }
}
