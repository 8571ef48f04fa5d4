package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.Manifests;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart makes the same objects as kustomize, refuses what it cannot do, and leaves nothing behind. */
@NeedsKubeApiServer(own = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HelmChartIT {
    private static final Path KNATIVE = Path.of("..", "knative");
    private static final Path CHART = Path.of("..", "charts", "falco-response");
    private static final Path WORK = Path.of("target", "helm");

    /** The values that stand for each component. */
    private static final Map<String, String> COMPONENTS = Map.ofEntries(
            Map.entry("approve-delete-pod", "approval.delete-pod.enabled=true"),
            Map.entry("approve-suspend-workload", "approval.suspend-workload.enabled=true"),
            Map.entry("escalate", "escalate=true"),
            Map.entry("evidence-first", "evidenceFirst=true"),
            Map.entry("evidence-s3", "evidence.store=s3://falco-evidence,evidence.secret=evidence-s3"),
            Map.entry("ingest-kafka", "ingest.kafka.bootstrapServers=my-cluster-kafka-bootstrap.kafka:9092"),
            Map.entry("ingest-webhook", "ingest.webhook.tokenSecret=ingest-alert"),
            Map.entry("isolate-address", "isolate.scope=address"),
            Map.entry("monitoring", "monitoring=true"),
            Map.entry("oidc", "oidc=true"),
            Map.entry("only-the-broker", "onlyTheBroker=true"),
            Map.entry("policy-admin", "isolate.policyKind=admin"),
            Map.entry("policy-calico", "isolate.policyKind=calico"),
            Map.entry("policy-cilium", "isolate.policyKind=cilium"),
            Map.entry("restrict-isolated", "restrictIsolated=true"));

    private Path kubectl = Path.of("kubectl");
    private Path kubeconfig = Path.of("");

    @BeforeAll
    void findHelm(KubeApiServer server) throws IOException {
        OnPath.require("the tests that need helm 3.18 or newer", "helm");
        kubectl = KubeBinaries.find(System.getenv()).orElseThrow().folder().resolve("kubectl");
        kubeconfig = server.admin()
                .writeKubeconfig(
                        Files.createDirectories(WORK).resolve("kubeconfig").toAbsolutePath());
        KnativeSchemas.install(server.client());
    }

    private record Run(int status, String output, String errors) {}

    private Run run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(WORK, "output", "");
        Path errors = Files.createTempFile(WORK, "errors", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        int status = builder.start().waitFor();
        return new Run(status, Files.readString(output), Files.readString(errors));
    }

    private Run helm(String command, String... options) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("helm", command));
        words.addAll(List.of(options));
        return run(words.toArray(String[]::new));
    }

    private Run template(String namespace, String values) throws IOException, InterruptedException {
        return helm("template", "r", CHART.toString(), "-n", namespace, "--set", values);
    }

    /** What the chart makes of a file of values, in the namespace sec. */
    private Map<String, JsonNode> template(Path values) throws IOException, InterruptedException {
        return objects(helm("template", "r", CHART.toString(), "-n", "sec", "-f", values.toString())
                .output());
    }

    /** The objects of a stream by kind, namespace and name. */
    private static Map<String, JsonNode> objects(String yaml) throws IOException {
        Map<String, JsonNode> found = new TreeMap<>();
        for (JsonNode each : Manifests.parse(yaml)) {
            String kind = each.path("kind").asText();
            if (each.isObject() && !kind.equals("Namespace")) {
                ObjectNode metadata = (ObjectNode) each.path("metadata");
                // kustomize does not know that these have no namespace; the API server removes it
                if (kind.startsWith("ValidatingAdmission")) {
                    metadata.remove("namespace");
                }
                found.put(
                        kind + " " + metadata.path("namespace").asText() + "/"
                                + metadata.path("name").asText(),
                        each);
            }
        }
        return found;
    }

    private void assertSame(Run chart, Path kustomization) throws IOException, InterruptedException {
        assertThat(chart.status()).as(chart.errors()).isZero();
        Run built = run(kubectl.toString(), "kustomize", kustomization.toString());
        assertThat(built.status()).as(built.errors()).isZero();
        assertThat(objects(chart.output())).isNotEmpty().isEqualTo(objects(built.output()));
    }

    @Test
    void itsDefaultsAreTheManifests() throws Exception {
        assertSame(template("falco-response", "dryRun=true"), KNATIVE);
    }

    static List<String> components() throws IOException {
        return Components.names();
    }

    @ParameterizedTest
    @MethodSource("components")
    void eachComponentIsAValue(String component) throws Exception {
        assertThat(COMPONENTS).containsKey(component);
        assertSame(
                template("falco-response", COMPONENTS.getOrDefault(component, "")),
                Components.overlay(WORK.resolve(component), List.of(component)));
    }

    /** In the order that knative/kustomization.yaml asks for, of those that exclude each other one. */
    @Test
    void allComponentsGoTogether() throws Exception {
        List<String> components = Files.readAllLines(KNATIVE.resolve("kustomization.yaml")).stream()
                .filter(line -> line.startsWith("#  - components/"))
                .map(line -> line.replaceFirst("#  - components/([a-z0-9-]+).*", "$1"))
                .filter(name -> !List.of("ingest-webhook", "policy-admin", "policy-calico")
                        .contains(name))
                .toList();

        assertThat(components).hasSize(COMPONENTS.size() - 3);
        assertSame(
                template(
                        "falco-response",
                        components.stream()
                                .map(name -> COMPONENTS.getOrDefault(name, ""))
                                .collect(Collectors.joining(","))),
                Components.overlay(WORK.resolve("all"), components));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "functions.delete-pod.dryrun=true                         | /functions/delete-pod",
                "functions.deletepod.enabled=true                         | /functions",
                "dryRun=maybe                                             | /dryRun",
                "functions.restrict-access.rules={a}                      | /functions/restrict-access",
                "functions.notify-falcosidekick.enabled=false             | /functions/notify-falcosidekick",
                "functions.delete-pod.env.DELETE_POD_GRACE=5s             | /functions/delete-pod/env",
                "functions.delete-pod.env.CORDON_NODE_MAX=5               | /functions/delete-pod/env",
                "env.RESPONSE_BUGDET=1/1m                                 | /env",
                "functions.delete-pod.digest=latest                       | /functions/delete-pod/digest",
                "evidence.store=gs://bucket                               | /evidence/store",
                "image.tagg=1                                             | /image",
                "isolate.policyKind=antrea                                | /isolate/policyKind",
                "functions.snapshot-logs.enabled=false,evidenceFirst=true | functions.snapshot-logs.enabled",
                "functions.restrict-access.enabled=false                  | functions.restrict-access.enabled",
                "env.RESPONSE_DRY_RUN=false                               | /env",
                "functions.isolate-network.env.ISOLATE_NETWORK_SCOPE=address | /functions/isolate-network/env",
                "functions=null                                           | functions",
                "approval.delete-pod.enabled=true,functions.delete-pod.rules={A} | approval.delete-pod.rules",
                "approval.delete-pod.enabled=true,approval.delete-pod.rules={Z},evidenceFirst=true | evidenceFirst stores nothing"
            })
    void aWrongValueIsRefusedWithItsPlace(String value, String place) throws Exception {
        Run refused = template("falco-response", value.strip());

        assertThat(refused.status()).isNotZero();
        assertThat(refused.errors()).contains(place.strip());
    }

    @Test
    void aFunctionThatIsOffBringsNothing() throws Exception {
        assertThat(template("falco-response", "functions.cordon-node.enabled=false")
                        .output())
                .contains("name: delete-pod")
                .doesNotContain("cordon-node-", "name: cordon-node", "serviceAccountName: cordon-node");
    }

    /** Else it would act while people are being asked. */
    @ParameterizedTest
    @ValueSource(strings = {"delete-pod", "suspend-workload"})
    void anActionLeavesTheRulesAloneAboutWhichPeopleAreAsked(String action) throws Exception {
        Path values = Files.writeString(WORK.resolve("approval.yaml"), """
            approval: {%1$s: {enabled: true, rules: [Mine, Other]}}
            functions: {%1$s: {rules: [Mine, Third]}}
            """.formatted(action));
        Map<String, JsonNode> made = template(values);

        JsonNode filters = made(made, "Trigger sec/" + action).at("/spec/filters");
        assertThat(filters.path(1).findValuesAsText("rule")).containsExactly("Mine", "Third");
        assertThat(filters.path(2).path("not").findValuesAsText("rule")).containsExactly("Mine", "Other");
        assertThat(made(made, "Trigger sec/request-approval-" + action)
                        .at("/spec/filters/1")
                        .findValuesAsText("rule"))
                .containsExactly("Mine", "Other");
    }

    /** Its evidence is in its pod. */
    @Test
    void theScaleOfAllTakesNoReplicaFromSnapshotLogs() throws Exception {
        Map<String, JsonNode> made = objects(template("sec", "minScale=0").output());

        assertThat(made(made, "Service sec/snapshot-logs")
                        .at("/spec/template/metadata/annotations/autoscaling.knative.dev~1min-scale")
                        .asText())
                .isEqualTo("1");
    }

    @Test
    void kafkaAndWebhookGoTogether() throws Exception {
        Path values = Files.writeString(WORK.resolve("ingest.yaml"), """
            oidc: true
            ingest: {kafka: {bootstrapServers: "a:9092, b:9092,"}, webhook: {tokenSecret: tok}}
            env: {QUARKUS_HTTP_LIMITS_MAX_BODY_SIZE: 2097152}
            """);
        Map<String, JsonNode> made = template(values);

        JsonNode source = made(made, "KafkaSource sec/falco-alerts").path("spec");
        assertThat(source.path("bootstrapServers")).extracting(JsonNode::asText).containsExactly("a:9092", "b:9092");
        assertThat(source.at("/delivery/deadLetterSink/audience").asText())
                .isEqualTo("falco-response/notify-falcosidekick");
        assertThat(made(made, "Trigger sec/ingest-alert")
                        .at("/spec/subscriber/audience")
                        .asText())
                .isEqualTo("falco-response/ingest-alert");
        assertThat(env(made(made, "Service sec/ingest-alert").at("/spec/template/spec/containers/0")))
                .containsEntry("RESPONSE_TOKEN_FILE", "/token/token")
                .containsEntry("QUARKUS_HTTP_LIMITS_MAX_BODY_SIZE", "2097152");
    }

    /** Each subscriber, dead letter sink and ServiceAccount is there, whatever is switched off. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "functions.cordon-node.enabled=false",
                "functions.delete-pod.enabled=false,evidenceFirst=true",
                "functions.request-approval.enabled=false,functions.restrict-access.enabled=false",
                "functions.suspend-workload.enabled=false,functions.isolate-network.enabled=false,oidc=true",
                "functions.snapshot-logs.enabled=false",
                "approval.suspend-workload.enabled=true,escalate=true,restrictIsolated=true,evidenceFirst=true"
            })
    void nothingPointsToWhatIsNotThere(String values) throws Exception {
        Map<String, JsonNode> made = objects(template("sec", values).output());

        assertThat(made).isNotEmpty();
        for (JsonNode each : made.values()) {
            for (JsonNode reference : each.findValues("ref")) {
                if (reference.path("apiVersion").asText().startsWith("serving.")) {
                    assertThat(made)
                            .containsKey("Service sec/" + reference.path("name").asText());
                }
            }
            each.findValuesAsText("serviceAccountName")
                    .forEach(account -> assertThat(made).containsKey("ServiceAccount sec/" + account));
        }
    }

    @Test
    void rulesSettingsAndScaleReachTheManifests() throws Exception {
        Path values = Files.writeString(WORK.resolve("values.yaml"), """
            env: {RESPONSE_COOLDOWN: 1m, RESPONSE_BUDGET: 5/1m}
            minScale: 1
            functions:
              delete-pod:
                dryRun: false
                rules: ["My rule: {a}, \\"b\\"", Other]
                env: {DELETE_POD_MODE: evict, RESPONSE_BUDGET: unlimited}
                resources: {limits: {memory: 300Mi}}
                digest: sha256:%s
            """.formatted("0".repeat(64)));
        Map<String, JsonNode> made = template(values);

        JsonNode template = made(made, "Service sec/delete-pod").at("/spec/template");
        JsonNode container = template.at("/spec/containers/0");
        assertThat(container.path("image").asText()).isEqualTo("falco-response/delete-pod@sha256:" + "0".repeat(64));
        assertThat(env(container))
                .containsEntry("RESPONSE_DRY_RUN", "false")
                .containsEntry("RESPONSE_COOLDOWN", "1m")
                .containsEntry("RESPONSE_BUDGET", "unlimited")
                .containsEntry("DELETE_POD_MODE", "evict");
        assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("300Mi");
        assertThat(container.at("/resources/limits/cpu").asText()).isEqualTo("1");
        assertThat(template.at("/metadata/annotations/autoscaling.knative.dev~1min-scale")
                        .asText())
                .isEqualTo("1");
        assertThat(made(made, "Trigger sec/delete-pod")
                        .at("/spec/filters/1/any")
                        .findValuesAsText("rule"))
                .containsExactly("My rule: {a}, \"b\"", "Other");
        assertThat(env(made(made, "Service sec/cordon-node").at("/spec/template/spec/containers/0")))
                .containsEntry("RESPONSE_DRY_RUN", "true")
                .containsEntry("RESPONSE_BUDGET", "5/1m");
    }

    private static JsonNode made(Map<String, JsonNode> objects, String name) {
        return Objects.requireNonNull(objects.get(name), name);
    }

    private static Map<String, String> env(JsonNode container) {
        Map<String, String> env = new TreeMap<>();
        container
                .path("env")
                .forEach(each ->
                        env.put(each.path("name").asText(), each.path("value").asText()));
        return env;
    }

    /** In another namespace: policies name it too. */
    @Test
    void itInstallsUpgradesAndLeavesNothingBehind(KubeApiServer server) throws Exception {
        KubernetesClient client = server.client();

        Run packaged = helm("package", CHART.toString(), "-d", WORK.toString());
        assertThat(packaged.status()).as(packaged.errors()).isZero();
        Run linted = helm("lint", CHART.toString(), "--strict");
        assertThat(linted.status()).as(linted.output() + linted.errors()).isZero();
        String chart = WORK.resolve("falco-response-0.1.0.tgz").toString();

        List<String> before = inventory(client);
        Run installed = helm("install", "responses", chart, "-n", "sec", "--create-namespace");
        assertThat(installed.status()).as(installed.errors()).isZero();
        assertThat(installed.output()).contains("kubectl label namespace sec");
        assertThat(client.admissionRegistration()
                        .v1()
                        .validatingAdmissionPolicies()
                        .list()
                        .getItems()
                        .toString())
                .contains("serviceaccount:sec:cordon-node")
                .doesNotContain("serviceaccount:falco-response");

        Run upgraded = helm(
                "upgrade",
                "responses",
                chart,
                "-n",
                "sec",
                "--reuse-values",
                "--set",
                "functions.delete-pod.dryRun=false");
        assertThat(upgraded.status()).as(upgraded.errors()).isZero();
        assertThat(run(kubectl.toString(), "-n", "sec", "get", "ksvc", "delete-pod", "-o", "yaml")
                        .output())
                .contains("value: \"false\"");

        Run removed = helm("uninstall", "responses", "-n", "sec", "--wait");
        assertThat(removed.status()).as(removed.errors()).isZero();
        assertThat(inventory(client)).isEqualTo(before);
        for (String kind : List.of("ksvc", "triggers", "brokers", "eventtypes", "pingsources", "sinkbindings")) {
            assertThat(run(kubectl.toString(), "-n", "sec", "get", kind, "-o", "name")
                            .output())
                    .as(kind)
                    .isEmpty();
        }
    }

    /** What is in the cluster, but for Events and what the API server keeps for itself. */
    private static List<String> inventory(KubernetesClient client) {
        return Stream.of(
                        client.rbac().clusterRoles().list().getItems(),
                        client.rbac().clusterRoleBindings().list().getItems(),
                        client.rbac().roles().inAnyNamespace().list().getItems(),
                        client.rbac().roleBindings().inAnyNamespace().list().getItems(),
                        client.serviceAccounts().inAnyNamespace().list().getItems(),
                        client.configMaps().inNamespace("sec").list().getItems(),
                        client.secrets().inAnyNamespace().list().getItems(),
                        client.network()
                                .v1()
                                .networkPolicies()
                                .inAnyNamespace()
                                .list()
                                .getItems(),
                        client.admissionRegistration()
                                .v1()
                                .validatingAdmissionPolicies()
                                .list()
                                .getItems(),
                        client.admissionRegistration()
                                .v1()
                                .validatingAdmissionPolicyBindings()
                                .list()
                                .getItems(),
                        client.apiextensions()
                                .v1()
                                .customResourceDefinitions()
                                .list()
                                .getItems())
                .<HasMetadata>flatMap(List::stream)
                .map(each -> each.getKind() + " " + each.getMetadata().getNamespace() + "/"
                        + each.getMetadata().getName())
                .sorted()
                .toList();
    }
}
