package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Functions, manifests and README name the same actions. */
final class CatalogueTest {
    private static final Path HOME = Path.of("..");

    private static Set<String> foldersWith(String file, Path parent) throws IOException {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(folder -> Files.exists(folder.resolve(file)))
                    .map(folder -> folder.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void functionsManifestsAndReadmeNameTheSameActions() throws IOException {
        Set<String> functions = foldersWith("pom.xml", HOME.resolve("functions"));
        Set<String> manifests = foldersWith("trigger.yaml", HOME.resolve("knative"));
        Set<String> documented = Documentation.links(HOME.resolve("README.md")).stream()
                .filter(link -> link.startsWith("functions/"))
                .map(link -> link.substring("functions/".length()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(functions).isNotEmpty().isEqualTo(manifests).isEqualTo(documented);
    }

    /**
     * Knative's webhook requires these attributes, its schema does not. In this order, and without others, a second apply changes
     * nothing.
     */
    @Test
    void everyEventTypeHasTheRequiredAttributes() throws IOException {
        assertThat(foldersWith("eventtype.yaml", HOME.resolve("knative"))).hasSizeGreaterThan(5);
        for (String action : foldersWith("eventtype.yaml", HOME.resolve("knative"))) {
            String types =
                    Files.readString(HOME.resolve("knative").resolve(action).resolve("eventtype.yaml"));
            for (String type : types.split("(?m)^---$", -1)) {
                assertThat(names(type, "    - \\{name: (\\w+), required: true.*"))
                        .containsExactly("specversion", "id", "type", "source");
            }
        }
    }

    @Test
    void everyActionHasAllManifests() throws IOException {
        for (String action : actions()) {
            assertThat(knative(action + "/kustomization.yaml"))
                    .contains(List.of("rbac.yaml", "service.yaml", "trigger.yaml"));
            // a function that nobody needs at first belongs to components
            String parent = action.equals("ingest-alert")
                    ? knative("components/ingest-kafka/kustomization.yaml")
                    : knative("base/kustomization.yaml");
            assertThat(parent).contains("../" + action + "\n");
            assertThat(Files.readString(HOME.resolve("functions/pom.xml"))).contains("<module>" + action + "</module>");
            // patches by name reach all of them
            assertThat(names(knative(action + "/trigger.yaml")))
                    .allMatch(name -> name.equals(action) || name.startsWith(action + "-"));
        }
    }

    @Test
    void whatIsGeneratedFromTheListOfActionsIsUpToDate() throws IOException, InterruptedException {
        Process check = new ProcessBuilder("bash", "../knative/generate", "--check")
                .redirectErrorStream(true)
                .start();
        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(check.waitFor()).as(output).isZero();
    }

    /** The label decides which functions production limits. */
    @Test
    void everyActionThatChangesObjectsSaysSo() throws IOException {
        for (String action : actions()) {
            boolean changes = Pattern.compile("verbs: \\[.*\\b(patch|update|delete)\\b")
                            .matcher(knative(action + "/rbac.yaml"))
                            .find()
                    || knative(action + "/rbac.yaml").contains("pods/eviction");
            assertThat(knative(action + "/service.yaml").contains("falco-response/changes: \"true\""))
                    .as(action)
                    .isEqualTo(changes);
        }
    }

    /** The clock undoes what has expired, or goes on with what was begun. */
    @Test
    void everyActionWithAClockHasItsTriggers() throws IOException {
        for (String action : foldersWith("pingsource.yaml", HOME.resolve("knative"))) {
            boolean isUndone = knative(action + "/eventtype.yaml").contains("falco.response." + action + ".undo.v1");
            assertThat(names(knative(action + "/trigger.yaml"))).contains(action + "-clock");
            assertThat(names(knative(action + "/trigger.yaml")).contains(action + "-undo"))
                    .as(action)
                    .isEqualTo(isUndone);
        }
    }

    private static Set<String> actions() throws IOException {
        return foldersWith("trigger.yaml", HOME.resolve("knative"));
    }

    private static String knative(String file) throws IOException {
        return Files.readString(HOME.resolve("knative").resolve(file));
    }

    private static List<String> names(String manifests) {
        return names(manifests, "  name: (\\S+)");
    }

    private static List<String> names(String manifests, String line) {
        return Pattern.compile("(?m)^" + line + "$")
                .matcher(manifests)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
