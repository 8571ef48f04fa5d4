package dev.falcoresponse.playground.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.Components;
import dev.falcoresponse.testing.KubeBinaries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A component changes the Triggers as kustomize does. */
final class ComponentTest {
    private static final Path KNATIVE = Path.of("..", "knative");

    private static JsonNode byName(List<JsonNode> triggers) {
        ObjectNode specs = JsonNodeFactory.instance.objectNode();
        triggers.forEach(each -> specs.set(each.path("metadata").path("name").asText(), each.path("spec")));
        return specs;
    }

    private static List<JsonNode> withoutComponent() {
        return RuleBook.triggerFiles(KNATIVE).stream()
                .flatMap(each -> Manifests.read(each, "Trigger").stream())
                .toList();
    }

    private static JsonNode evidenceFirst() {
        return byName(Component.read(KNATIVE.resolve("components").resolve("evidence-first"))
                .apply(withoutComponent()));
    }

    @Test
    void withEvidenceFirstTheActionsAreTriggeredByTheReplyForTheirRules() {
        JsonNode before = byName(withoutComponent());
        JsonNode after = evidenceFirst();

        for (String action : List.of("delete-pod", "isolate-network")) {
            JsonNode filters = after.path(action).path("filters");
            assertThat(filters.at("/0/exact/type").asText()).isEqualTo("falco.response.snapshot-logs.v1");
            assertThat(filters.get(1)).isEqualTo(before.path(action).at("/filters/1"));
            assertThat(filters.get(2).toString())
                    .isEqualTo(
                            "{\"any\":[{\"exact\":{\"outcome\":\"acted\"}},{\"exact\":{\"reason\":\"already-done\"}}]}");
            JsonNode evidence = after.path("snapshot-logs-before-" + action);
            assertThat(evidence.at("/filters/0/exact/type").asText()).isEqualTo("falco.rule.output.v1");
            assertThat(evidence.at("/filters/1")).isEqualTo(before.path(action).at("/filters/1"));
            assertThat(evidence.at("/subscriber/ref/name").asText()).isEqualTo("snapshot-logs");
        }
    }

    @Test
    void kustomizeGivesTheSameResult() throws Exception {
        Optional<Path> kubectl = KubeBinaries.find(System.getenv())
                .map(binaries -> binaries.folder().resolve("kubectl"))
                .filter(Files::isExecutable);
        if (kubectl.isEmpty()) {
            System.err.println(
                    "\n!!! SKIPPED: the test that needs kubectl. Put it into the folder of kube-apiserver\n");
        }
        assumeTrue(kubectl.isPresent() || Boolean.getBoolean("kube.required"), "no kubectl beside the kube-apiserver");
        Path overlay = Components.overlay(Path.of("target", "overlay"), List.of("evidence-first"));
        Path built = overlay.resolve("built.yaml");
        int status = new ProcessBuilder(kubectl.orElseThrow().toString(), "kustomize", overlay.toString())
                .redirectOutput(built.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();

        assertThat(status).isZero();
        assertThat(byName(Manifests.read(built, "Trigger"))).isEqualTo(evidenceFirst());
    }
}
