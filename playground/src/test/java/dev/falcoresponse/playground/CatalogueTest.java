package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be done, who may do it, and what the README promises are the same list. */
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
        Set<String> promised = Pattern.compile("(?m)^\\| \\[`([a-z-]+)`\\]\\(functions/")
                .matcher(Files.readString(HOME.resolve("README.md")))
                .results()
                .map(MatchResult::group)
                .map(row -> row.replaceAll("^.*`([a-z-]+)`.*$", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(functions).isNotEmpty().isEqualTo(manifests).isEqualTo(promised);
    }

    /** Knative's webhook asks for these, its schema does not. */
    @Test
    void everyEventTypeSaysWhatEveryEventHas() throws IOException {
        for (String action : foldersWith("trigger.yaml", HOME.resolve("knative"))) {
            String types =
                    Files.readString(HOME.resolve("knative").resolve(action).resolve("eventtype.yaml"));
            for (String type : types.split("(?m)^---$", -1)) {
                assertThat(type)
                        .contains(Stream.of("type", "source", "id", "specversion")
                                .map(name -> "{name: " + name + ", required: true, value: ")
                                .toList());
            }
        }
    }

    @Test
    void everyActionHasAllOfItsManifests() throws IOException {
        for (String action : foldersWith("trigger.yaml", HOME.resolve("knative"))) {
            String kustomization =
                    Files.readString(HOME.resolve("knative").resolve(action).resolve("kustomization.yaml"));
            assertThat(kustomization).contains(List.of("eventtype.yaml", "rbac.yaml", "service.yaml", "trigger.yaml"));
            assertThat(Files.readString(HOME.resolve("knative").resolve("base").resolve("kustomization.yaml")))
                    .contains("- ../" + action);
            assertThat(Files.readString(HOME.resolve("knative")
                            .resolve("overlays")
                            .resolve("kind")
                            .resolve("kustomization.yaml")))
                    .contains("kind.local/" + action);
            assertThat(Files.readString(HOME.resolve("knative")
                            .resolve("components")
                            .resolve("oidc")
                            .resolve("kustomization.yaml")))
                    .contains("falco-response/" + action);
        }
    }
}
