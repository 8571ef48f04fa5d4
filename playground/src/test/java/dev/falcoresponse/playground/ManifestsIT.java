package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import dev.falcoresponse.testing.FalcoRule;
import dev.falcoresponse.testing.Folders;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real API server with Knative's schemas accepts every field of the manifests in knative/. */
@NeedsKubeApiServer(own = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ManifestsIT {
    private static final String CHANGES = "/metadata/labels/falco-response~1changes";
    private static final Path KNATIVE = Path.of("..", "knative");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String POD_SPEC = "/spec/template/spec/";

    private Path kubectl = Path.of("kubectl");
    private Path kubeconfig = Path.of("");

    @BeforeAll
    void installSchemas(KubeApiServer server) throws IOException {
        kubectl = KubeBinaries.find(System.getenv()).orElseThrow().folder().resolve("kubectl");
        kubeconfig = server.admin()
                .writeKubeconfig(Files.createDirectories(Path.of("target", "manifests"))
                        .resolve("kubeconfig")
                        .toAbsolutePath());
        KnativeSchemas.install(server.client());
        server.createNamespace("falco-response");
    }

    static Stream<Path> overlays() {
        return Stream.of(
                KNATIVE,
                KNATIVE.resolve("overlays").resolve("kind"),
                KNATIVE.resolve("overlays").resolve("production"));
    }

    static List<String> components() throws IOException {
        return Components.names();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void theServerAcceptsEachOverlay(Path folder) throws Exception {
        assertAccepted(folder);
    }

    @ParameterizedTest
    @MethodSource("components")
    void theServerAcceptsEachComponent(String component) throws Exception {
        assertAccepted(Components.overlay(Path.of("target", "manifests", component), List.of(component)));
    }

    @Test
    void knDeployCreatesTheSame(KubeApiServer server) throws Exception {
        OnPath.require("the test that needs Knative's kn", "kn");
        server.createNamespace("by-kn");

        assertThat(deploy("--namespace", "by-kn", "--registry", "registry.test/responses", "--tag", "1"))
                .isZero();
        assertThat(deploy("--namespace", "by-kn", "--registry", "registry.test/responses", "--tag", "1"))
                .as("second run")
                .isZero();

        for (String action : actions()) {
            JsonNode created = get("ksvc", action);
            JsonNode shipped = YAML.readTree(
                    KNATIVE.resolve(action).resolve("service.yaml").toFile());
            assertThat(created.at("/metadata/labels/networking.knative.dev~1visibility")
                            .asText())
                    .isEqualTo("cluster-local");
            assertThat(created.at(CHANGES)).as(action).isEqualTo(shipped.at(CHANGES));
            // longer than the broker's timeout, which holds for every Trigger here
            assertThat(created.at(POD_SPEC + "timeoutSeconds").asInt()).isEqualTo(150);
            for (String field : List.of("serviceAccountName", "containerConcurrency")) {
                assertThat(created.at(POD_SPEC + field)).isEqualTo(shipped.at(POD_SPEC + field));
            }
            JsonNode container = created.at(POD_SPEC + "containers/0");
            assertThat(container.path("image").asText()).isEqualTo("registry.test/responses/" + action + ":1");
            assertThat(container.path("env")).isEqualTo(shipped.at(POD_SPEC + "containers/0/env"));
            assertThat(container.at("/resources/limits/memory"))
                    .isEqualTo(shipped.at(POD_SPEC + "containers/0/resources/limits/memory"));
            assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/_/ready");
            assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/_/health");
            assertThat(container.at("/securityContext/runAsNonRoot").asBoolean())
                    .isTrue();
            assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
            assertThat(container.at("/securityContext/capabilities/drop/0").asText())
                    .isEqualTo("ALL");
            assertThat(container.path("volumeMounts"))
                    .extracting(each -> each.path("mountPath").asText())
                    .containsExactlyInAnyOrderElementsOf(
                            shipped.at(POD_SPEC + "containers/0/volumeMounts").findValuesAsText("mountPath"));
        }
        JsonNode broker = get("broker", "default");
        assertThat(broker.at("/spec/delivery/timeout").asText()).isEqualTo("PT2M");
        assertThat(broker.at("/metadata/annotations/messaging.knative.dev~1async-handler")
                        .asText())
                .isEqualTo("true");
        RuleBook byKn = RuleBook.read(triggersOf(server), List.of());
        RuleBook shippedRules = RuleBook.read(KNATIVE, List.of());
        assertThat(byKn.triggers())
                .allSatisfy(each -> assertThat(each.warnings()).isEmpty());
        for (CloudEvent event : sampleEvents()) {
            assertThat(subscribers(byKn, event)).as(event.toString()).isEqualTo(subscribers(shippedRules, event));
        }
    }

    @Test
    void knDeployWithDryRunNeedsNoCluster() throws Exception {
        Path output = Path.of("target", "manifests", "kn-dry-run");
        ProcessBuilder builder = new ProcessBuilder(
                        KNATIVE.resolve("kn-deploy").toString(), "--dry-run", "--tag", "1'2")
                .redirectOutput(output.toFile());
        builder.environment().put("KUBECONFIG", "/nowhere");

        assertThat(builder.start().waitFor()).isZero();
        assertThat(Files.readString(output))
                .contains(
                        "kn trigger create delete-pod-write-below-etc -n falco-response --broker default --filter"
                                + " type=falco.rule.output.v1 --filter 'rule=Write below etc' --sink ksvc:delete-pod",
                        "'falco-response/delete-pod:1'\\''2'");
    }

    /** Writes each Trigger of the cluster to a file where RuleBook reads it. */
    private Path triggersOf(KubeApiServer server) throws Exception {
        Path folder = Path.of("target", "manifests", "by-kn");
        Folders.delete(folder); // what an earlier run left
        Files.createDirectories(folder.resolve("base"));
        YAML.writeValue(folder.resolve("base").resolve("broker.yaml").toFile(), get("broker", "default"));
        for (var trigger : server.client()
                .genericKubernetesResources("eventing.knative.dev/v1", "Trigger")
                .inNamespace("by-kn")
                .list()
                .getItems()) {
            Path file =
                    Files.createDirectories(folder.resolve(trigger.getMetadata().getName()));
            YAML.writeValue(file.resolve("trigger.yaml").toFile(), trigger);
        }
        return folder;
    }

    private static List<CloudEvent> sampleEvents() throws IOException {
        List<CloudEvent> events = new ArrayList<>();
        for (FalcoRule rule : FalcoRule.all()) {
            events.add(event("falco.rule.output.v1", rule.name(), ""));
            for (String action : actions()) {
                events.add(event("falco.response." + action + ".v1", rule.name(), "skipped"));
            }
        }
        for (String outcome : List.of("acted", "previewed", "denied")) {
            events.add(event("falco.response.isolate-network.v1", "Write below etc", outcome));
        }
        for (String action : actions()) {
            events.add(event("falco.response." + action + ".undo.v1", "", ""));
            events.add(event("falco.response." + action + ".approved.v1", "Write below etc", ""));
        }
        events.add(CloudEventBuilder.v1(
                        event("falco.response.isolate-network.v1", "PTRACE attached to process", "skipped"))
                .withExtension("reason", "host")
                .build());
        events.add(event("falco.rule.output.v1", "Falco response: delete-pod acted", ""));
        events.add(event("com.example.other", "Write below etc", ""));
        return events;
    }

    private static CloudEvent event(String type, String rule, String outcome) {
        return CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/test"))
                .withType(type)
                .withExtension("rule", rule)
                .withExtension("outcome", outcome)
                .build();
    }

    private static Set<String> subscribers(RuleBook book, CloudEvent event) {
        return book.matching(event).stream().map(Trigger::subscriber).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> actions() throws IOException {
        try (Stream<Path> folders = Files.list(KNATIVE)) {
            return folders.filter(each -> Files.exists(each.resolve("trigger.yaml")))
                    .map(each -> each.getFileName().toString())
                    // belongs to components
                    .filter(name -> !name.equals("ingest-alert"))
                    .toList();
        }
    }

    private JsonNode get(String kind, String name) throws Exception {
        Process process = new ProcessBuilder(
                        kubectl.toString(),
                        "--kubeconfig=" + kubeconfig,
                        "-n",
                        "by-kn",
                        "get",
                        kind,
                        name,
                        "-o",
                        "yaml")
                .start();
        JsonNode object = YAML.readTree(process.getInputStream());
        assertThat(process.waitFor()).isZero();
        return object;
    }

    private String built(Path folder) throws Exception {
        Process process = new ProcessBuilder(kubectl.toString(), "kustomize", folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String manifests = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        return manifests;
    }

    /** As the comment in knative/kustomization.yaml invites to: the components are listed beside the base itself. */
    @Test
    void componentsCanBeAddedInPlace() throws Exception {
        Path copy = Path.of("target", "manifests", "in-place");
        try (Stream<Path> files = Files.walk(KNATIVE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.resolve(KNATIVE.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path kustomization = copy.resolve("kustomization.yaml");
        Files.writeString(
                kustomization,
                Files.readString(kustomization)
                        .replace("#components:", "components:")
                        .replaceAll(
                                "(?m)^#  - (components/(evidence-first|monitoring|oidc|only-the-broker)).*$",
                                "  - $1"));

        assertAccepted(copy);
        assertThat(built(copy)).contains("snapshot-logs-before-delete-pod");
    }

    private int deploy(String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(KNATIVE.resolve("kn-deploy").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(Path.of("target", "manifests", "kn-deploy").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().merge("PATH", kubectl.getParent() + ":", (path, first) -> first + path);
        return builder.start().waitFor();
    }

    private void assertAccepted(Path folder) throws Exception {
        assertThat(UnfedTriggers.in(built(folder))).isEmpty();
        Process process = new ProcessBuilder(
                        kubectl.toString(),
                        "--kubeconfig=" + kubeconfig,
                        "apply",
                        "--dry-run=server",
                        "--validate=strict",
                        "-k",
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines().filter(line -> line.contains("(server dry run)")))
                .as(output)
                .hasSizeGreaterThan(25);
    }
}
