package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.TestPods;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A stranger pastes the commands of the documentation into a shell, one after the other. */
@NeedsKubeApiServer(own = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DocumentedCommandsIT {
    private static final Path README = Documentation.HOME.resolve("README.md");
    private static final Path OPERATING = Documentation.HOME.resolve("docs/operating.md");
    private static final Path WORK = Path.of("target", "commands");

    private Path kubectl = Path.of("");
    private Path kubeconfig = Path.of("");

    @BeforeAll
    void install(KubeApiServer server) throws Exception {
        OnPath.require("the tests of the documented commands", "helm", "jq");
        kubectl = KubeBinaries.find(System.getenv()).orElseThrow().folder();
        kubeconfig = server.admin()
                .writeKubeconfig(
                        Files.createDirectories(WORK).resolve("kubeconfig").toAbsolutePath());
        KnativeSchemas.install(server.client());
        server.createNamespace("shop");
        // of this block, what reaches out for Falco's chart is not run
        String block = block(README, "helm install");
        for (String line :
                block.lines().filter(each -> !each.contains("falcosecurity")).toList()) {
            bash(line);
        }
    }

    private static String block(Path file, String start) {
        return Documentation.commands(file).stream()
                .filter(each -> each.startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private String bash(String script) throws IOException, InterruptedException {
        Path output = Files.createTempFile(WORK, "output", "");
        ProcessBuilder shell = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                .directory(Documentation.HOME.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> environment = shell.environment();
        environment.put("KUBECONFIG", kubeconfig.toString());
        environment.merge("PATH", kubectl.toString(), (path, folder) -> folder + ":" + path);
        int status = shell.start().waitFor();
        String text = Files.readString(output);
        assertThat(status).as(script + "\n" + text).isZero();
        return text;
    }

    private String dryRunOf(String function) throws IOException, InterruptedException {
        return bash("kubectl -n falco-response get ksvc " + function
                + " -o jsonpath='{.spec.template.spec.containers[0].env[0].value}'");
    }

    @Test
    @Order(1)
    void afterTheQuickStartEveryFunctionIsInDryRun() throws Exception {
        for (String function :
                bash("kubectl -n falco-response get ksvc -o name").lines().toList()) {
            assertThat(dryRunOf(function.replaceFirst(".*/", ""))).as(function).isEqualTo("true");
        }
    }

    @Test
    @Order(2)
    void oneFunctionActsAndTheStopCommandStopsIt() throws Exception {
        bash(block(OPERATING, "kubectl -n falco-response patch ksvc delete-pod"));
        assertThat(dryRunOf("delete-pod")).isEqualTo("false");
        assertThat(dryRunOf("isolate-network")).isEqualTo("true");

        assertThat(block(README, "kubectl -n falco-response get ksvc"))
                .isEqualTo(block(OPERATING, "kubectl -n falco-response get ksvc"));
        bash(block(README, "kubectl -n falco-response get ksvc"));

        assertThat(dryRunOf("delete-pod")).isEqualTo("true");
        assertThat(dryRunOf("snapshot-logs")).isEqualTo("true");
    }

    /** Helm does not know what kubectl has changed. */
    @Test
    @Order(2)
    void withHelmAFunctionActsAgainAfterTheStopCommandAndIsStoppedAgain() throws Exception {
        String upgrade = block(OPERATING, "helm upgrade");

        bash(upgrade);
        assertThat(dryRunOf("delete-pod")).isEqualTo("false");
        bash(block(README, "kubectl -n falco-response get ksvc"));
        assertThat(dryRunOf("delete-pod")).isEqualTo("true");
        bash(upgrade);
        assertThat(dryRunOf("delete-pod")).isEqualTo("false");
        bash(block(README, "kubectl -n falco-response get ksvc"));
    }

    @Test
    @Order(3)
    void whatWasDoneAndWhatIsHeldCanBeSeen(KubeApiServer server) throws Exception {
        KubernetesClient client = server.client();
        Pod pod = TestPods.create(client, "shop", "web-7c5ddbdf54-x2v8k");
        client.resource(new EventBuilder()
                        .withNewMetadata()
                        .withName("deleted")
                        .withNamespace("shop")
                        .endMetadata()
                        .withEventTime(new MicroTime("2026-11-26T07:00:00.000000Z"))
                        .withReportingController("falco-response/delete-pod")
                        .withReportingInstance("delete-pod-0")
                        .withAction("delete-pod")
                        .withReason("deleted")
                        .withNote("Deleted it")
                        .withType("Warning")
                        .withNewRegarding()
                        .withKind("Pod")
                        .withNamespace("shop")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endRegarding()
                        .build())
                .create();

        assertThat(bash(block(OPERATING, "kubectl get events.events.k8s.io")))
                .contains("falco-response/delete-pod\tdeleted\tshop/web-7c5ddbdf54-x2v8k\tDeleted it");
        bash("kubectl -n shop label pod web-7c5ddbdf54-x2v8k falco-response/quarantine="
                + pod.getMetadata().getUid());
        bash("kubectl -n shop annotate pod web-7c5ddbdf54-x2v8k falco-response/rule=shell");
        assertThat(bash(block(OPERATING, "kubectl get pods -A")))
                .contains("shop/web-7c5ddbdf54-x2v8k", "falco-response/rule=shell");
        // this block ends with ./play for the current cluster, which CurrentClusterPageIT shows
        assertThat(bash(block(OPERATING, "kubectl -n falco-response get triggers")
                        .lines()
                        .filter(line -> !line.startsWith("./play"))
                        .reduce("", (one, other) -> one + "\n" + other)))
                .contains("delete-pod");
        bash(block(Documentation.HOME.resolve("docs/approval.md"), "kubectl -n falco-response get cm")
                .replaceFirst("(?m)^.* -w$", ""));
    }

    @Test
    @Order(4)
    void aPodIsExemptedAndItsNetworkOpenedByHand(KubeApiServer server) throws Exception {
        KubernetesClient client = server.client();
        Pod pod = TestPods.create(client, "shop", "web-0");
        client.resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("falco-response-" + pod.getMetadata().getUid())
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build())
                .create();

        bash(block(OPERATING, "kubectl -n shop label pod web-0"));

        assertThat(client.pods()
                        .inNamespace("shop")
                        .withName("web-0")
                        .get()
                        .getMetadata()
                        .getLabels())
                .containsEntry("falco-response/exempt", "true");
        assertThat(client.network()
                        .v1()
                        .networkPolicies()
                        .inNamespace("shop")
                        .list()
                        .getItems())
                .isEmpty();
    }

    @Test
    @Order(5)
    void deletingTheBrokerStopsAllDeliveries() throws Exception {
        bash(block(OPERATING, "kubectl -n falco-response delete broker"));

        assertThat(bash("kubectl -n falco-response get brokers -o name")).isEmpty();
    }
}
