package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.falcoresponse.playground.SettingTable.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links, names and commands in the documentation are right. */
final class DocumentationTest {
    private static final Pattern SETTING = Pattern.compile(
            "(RESPONSE|CORDON_NODE|DELETE_POD|ISOLATE_NETWORK|NOTIFY_FALCOSIDEKICK|REQUEST_APPROVAL|RESTRICT_ACCESS"
                    + "|SNAPSHOT_LOGS|SUSPEND_WORKLOAD|INGEST_ALERT)_[A-Z0-9_]+");

    static Stream<Path> files() {
        return Documentation.files().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyLinkLeadsSomewhere(Path file) {
        for (String link : Documentation.links(file)) {
            if (link.matches("[a-z]+:.*")) {
                continue; // another site
            }
            String[] parts = link.split("#", -1);
            Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);

            assertThat(target).as(link).exists();
            if (parts.length > 1) {
                assertThat(Documentation.anchors(target)).as(link).contains(parts[1]);
            }
        }
    }

    /** Settings that the code does not know would be refused at the start. */
    @ParameterizedTest
    @MethodSource("files")
    void everySettingExists(Path file) {
        List<String> known = SettingsSource.all().stream().map(Setting::name).toList();

        Stream.concat(Documentation.code(file).stream(), Documentation.commands(file).stream())
                .flatMap(text -> SETTING.matcher(text).results())
                .map(match -> match.group())
                .forEach(name -> assertThat(known)
                        .anyMatch(each -> each.equals(name) || (name.endsWith("_") && each.startsWith(name))));
    }

    /** Paths of the project in code, such as {@code functions/jvm.args}. */
    @ParameterizedTest
    @MethodSource("files")
    void everyPathExists(Path file) throws IOException {
        for (String code : Documentation.code(file)) {
            if (code.matches(
                            "(knative|functions|charts|docs|benchmark|openfaas|argo|components|overlays)/[a-z0-9./-]+[a-z]")
                    && !code.contains("/target")
                    && !code.contains("do-this")
                    && !code.matches("benchmark/(run|endure).*")) {
                Path inRoot = Documentation.HOME.resolve(code);
                Path inKnative = Documentation.HOME.resolve("knative").resolve(code);
                assertThat(Files.exists(inRoot) || Files.exists(inKnative))
                        .as(code)
                        .isTrue();
            }
        }
    }

    @Test
    void everyCommandIsRunByATestOrListedAsNotRun() throws IOException {
        JsonNode listed;
        try (InputStream list = DocumentationTest.class.getResourceAsStream("/documented-commands.yaml")) {
            listed = new YAMLMapper().readTree(list);
        }
        Set<String> documented = new TreeSet<>();
        for (Path file : Documentation.files()) {
            Documentation.commands(file)
                    .forEach(block -> documented.add(block.lines().findFirst().orElseThrow()));
        }
        Set<String> named = new TreeSet<>();
        listed.fieldNames().forEachRemaining(named::add);

        assertThat(named).isEqualTo(documented);
        Set<String> tests = tests();
        for (JsonNode by : listed) {
            String text = by.asText();
            if (!text.startsWith("not run: ")) {
                assertThat(tests).as(text).contains(text);
            }
        }
    }

    private static Set<String> tests() throws IOException {
        try (Stream<Path> files = Files.walk(Documentation.HOME, 12)) {
            Set<String> names = new TreeSet<>();
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("IT.java") || name.endsWith("Test.java"))
                    .forEach(name -> names.add(name.replace(".java", "")));
            return names;
        }
    }
}
