package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.RuleTable.Row;
import dev.falcoresponse.playground.SettingTable.Setting;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files that are generated from the code and the Triggers are up to date; {@code -Dgenerated.write} writes them. */
final class GeneratedFilesTest {
    private static final Path HOME = Path.of("..");
    private static final Path KNATIVE = HOME.resolve("knative");
    private static final JsonMapper JSON = new JsonMapper();

    /** Settings that go with permissions, Triggers or others: a value of the chart sets them together. */
    private static final Set<String> HAVE_VALUES = Set.of(
            "RESPONSE_DRY_RUN",
            "RESPONSE_OIDC_AUDIENCE",
            "RESPONSE_OIDC_SUBJECTS",
            "ISOLATE_NETWORK_POLICY_KIND",
            "ISOLATE_NETWORK_SCOPE",
            "REQUEST_APPROVAL_FOR",
            "SNAPSHOT_LOGS_STORE");

    private final RuleBook rules = RuleBook.read(KNATIVE, List.of());

    private static void check(Path file, String expected) throws IOException {
        if (Boolean.getBoolean("generated.write")) {
            Files.writeString(file, expected);
        }
        assertThat(file).as("run this test with -Dgenerated.write").hasContent(expected.stripTrailing());
    }

    @Test
    void theSettingsOfThePageAreThoseOfTheCode() throws IOException {
        check(
                Path.of("src/main/resources/settings.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(SettingsSource.all()) + "\n");
    }

    @Test
    void theDocumentedSettingsAreThoseOfTheCode() throws IOException {
        Path file = HOME.resolve("docs/settings.md");
        StringBuilder sections = new StringBuilder();
        for (String action : actions()) {
            sections.append("\n## ").append(action).append("\n\n").append(table(SettingTable.prefix(action)));
        }
        String text = between(Files.readString(file), "response", table(SettingTable.SHARED_PREFIX));
        check(file, between(text, "actions", sections + "\n"));
    }

    private static String table(String prefix) throws IOException {
        String rows = SettingsSource.all().stream()
                .filter(each -> each.name().startsWith(prefix))
                .map(each -> "| `%s` | %s | %s |\n".formatted(each.name(), shown(each.defaultValue()), each.meaning()))
                .collect(Collectors.joining());
        return rows.isEmpty() ? "It has no settings of its own.\n" : "| setting | default | |\n|---|---|---|\n" + rows;
    }

    private static String shown(String value) {
        return Set.of("none", "required").contains(value) ? value : "`" + value + "`";
    }

    /** A misspelt setting is refused by {@code helm} already. */
    @Test
    void theChartTakesTheSettingsOfTheCodeOnly() throws IOException {
        Path file = HOME.resolve("charts/falco-response/values.schema.json");
        JsonNode schema = JSON.readTree(file.toFile());
        settings((ObjectNode) schema.at("/$defs/env"), "");
        ObjectNode functions = ((ObjectNode) schema.at("/properties/functions")).putObject("properties");
        for (String action : actions()) {
            ObjectNode each = functions.putObject(action).put("type", "object").put("additionalProperties", false);
            function(each.putObject("properties"), action);
        }
        check(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n");
    }

    /** What the values may say about a function, as its manifests are. */
    private static void function(ObjectNode values, String action) throws IOException {
        Path folder = KNATIVE.resolve(action);
        String base = Files.readString(KNATIVE.resolve("base/kustomization.yaml"));
        boolean isSink = Files.readString(KNATIVE.resolve("base/broker.yaml")).contains("name: " + action + "\n");
        if (base.contains("../" + action + "\n") && !isSink) {
            values.putObject("enabled").put("type", "boolean");
        }
        if (Files.readString(folder.resolve("service.yaml")).contains("RESPONSE_DRY_RUN")) {
            values.putObject("dryRun").put("type", "boolean");
        }
        if (!TriggerRules.of(folder.resolve("trigger.yaml")).isEmpty()) {
            values.putObject("rules").put("$ref", "#/$defs/rules");
        }
        settings(values.putObject("env"), action);
        for (String name : List.of("resources", "minScale", "maxScale", "digest")) {
            values.putObject(name).put("$ref", "#/$defs/" + name);
        }
    }

    /** Quarkus' own and the SDKs' variables are taken too. */
    private static void settings(ObjectNode env, String action) throws IOException {
        env.put("type", "object").put("additionalProperties", false);
        ObjectNode known = env.putObject("properties");
        SettingsSource.all().stream()
                .map(Setting::name)
                .filter(each -> !HAVE_VALUES.contains(each))
                .filter(each -> each.startsWith(SettingTable.SHARED_PREFIX)
                        || (!action.isEmpty() && each.startsWith(SettingTable.prefix(action))))
                .forEach(name -> known.putObject(name).put("$ref", "#/$defs/value"));
        env.putObject("patternProperties")
                .putObject("^(QUARKUS|AWS|JAVA|OTEL)_[A-Z0-9_]+$")
                .put("$ref", "#/$defs/value");
    }

    @Test
    void theRuleBookSaysWhatTheTriggersDo() throws IOException {
        Path file = KNATIVE.resolve("RULES.md");
        String text = Files.readString(file);
        for (var group : RuleTable.groups(KNATIVE).entrySet()) {
            text = between(
                    text,
                    group.getKey(),
                    "| rule | what it means | response | why | fires by default |\n|---|---|---|---|---|\n"
                            + group.getValue().stream().map(this::row).collect(Collectors.joining()));
        }
        check(file, between(text, RuleTable.NODE, nodeTable()));
    }

    private String row(Row row) {
        String formerly =
                row.formerly().map(name -> " (formerly `" + name + "`)").orElse("");
        return "| %s%s | %s | %s | %s | %s |\n"
                .formatted(row.rule(), formerly, row.meaning(), responses(row.rule()), row.why(), row.fires());
    }

    private String responses(String rule) {
        String actions = rules.matching(Falcosidekick.event(rule)).stream()
                .map(Trigger::subscriber)
                .sorted(GeneratedFilesTest::byTable)
                .map(action -> "`" + action + "`")
                .collect(Collectors.joining(", "));
        return actions.isEmpty() ? "nothing" : actions;
    }

    /** What happens to the pod first, then to its node. */
    private static int byTable(String one, String other) {
        return Boolean.compare(one.equals("cordon-node"), other.equals("cordon-node"));
    }

    private static String nodeTable() {
        StringBuilder table = new StringBuilder("| rule, on a node | response | why |\n|---|---|---|\n");
        List<String> followed = TriggerRules.of(KNATIVE.resolve("cordon-node/trigger-host.yaml"));
        for (JsonNode row : RuleTable.file(KNATIVE).path(RuleTable.NODE)) {
            List<String> named =
                    row.path("rules").valueStream().map(JsonNode::asText).toList();
            String response = followed.containsAll(named) ? "`cordon-node`" : "nothing";
            table.append("| %s | %s | %s |\n"
                    .formatted(
                            String.join(", ", named), response, row.path("why").asText()));
        }
        return table.toString();
    }

    /** The text with another part between the markers of that name. */
    private static String between(String text, String name, String part) {
        String begin = "<!-- generated: " + name + " -->\n";
        assertThat(text).containsOnlyOnce(begin);
        int from = text.indexOf(begin) + begin.length();
        return text.substring(0, from) + part + text.substring(text.indexOf("<!-- end -->", from));
    }

    private static Set<String> actions() throws IOException {
        try (Stream<Path> folders = Files.list(HOME.resolve("functions"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
