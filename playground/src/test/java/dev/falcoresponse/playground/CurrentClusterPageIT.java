package dev.falcoresponse.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.NeedsRealCluster;
import dev.falcoresponse.testing.RealCluster;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.support.ui.ExpectedConditions;

/** The page for the cluster of the current kubeconfig context: nothing acts before the user has typed its name. */
@NeedsRealCluster
@NeedsChromium
final class CurrentClusterPageIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final String SHELL = "terminal-shell-in-container-pod";
    private static final String POD = """
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
            - {name: web, image: "docker.io/lab/busybox:1", imagePullPolicy: Never, command: [sleep, "3600"]}
        """;

    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path folder;

    private KubernetesClient client;
    private String namespace = "";

    @BeforeEach
    void deploy(RealCluster cluster) {
        client = cluster.client();
        namespace = cluster.newNamespace();
        cluster.deploy(namespace, POD);
        Waiting.until("a ready pod", TIMEOUT, () -> pods().stream().anyMatch(Readiness::isPodReady));
    }

    @AfterEach
    void remove() {
        client.namespaces().withName(namespace).delete();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    /** The name of the context that the page asks for. */
    private static String context(BrowserPage page) {
        return page.textOf("#confirm-label")
                .replaceFirst("^To act in (.*), type its name.*$", "$1")
                .strip();
    }

    private static void confirm(BrowserPage page, String context) {
        page.wait.until(ExpectedConditions.elementToBeClickable(By.id("mode-button")));
        page.find("#confirm").clear();
        page.find("#confirm").sendKeys(context);
        page.changeMode();
    }

    private void release(BrowserPage page) {
        page.click("[aria-label^='Release " + namespace + "/']");
    }

    @Test
    void nothingActsBeforeTheContextIsConfirmed() throws IOException {
        Pod first = pods().getFirst();
        Path kubeconfig = folder.resolve("kubeconfig");
        String original = Files.readString(Path.of(System.getenv("REAL_CLUSTER_KUBECONFIG")));
        Files.writeString(kubeconfig, original);
        Map<String, String> environment = Map.of("KUBECONFIG", kubeconfig.toString());
        try (BrowserPage page = new BrowserPage(folder, environment, "--cluster", "current", "--act")) {
            page.visit("replay");
            page.choose(SHELL, namespace + "/web-");
            assertThat(page.send()).contains("previewed dry-run", "Would delete pod " + namespace);

            page.find("#confirm").sendKeys("another");
            page.changeMode();
            page.wait.until(ExpectedConditions.textToBePresentInElementLocated(
                    By.id("error"), "To act, confirm with the name " + context(page)));
            assertThat(page.textOf("#mode-now")).isEqualTo("The functions only preview");

            // the user switches to another context in another window
            String context = context(page);
            Files.writeString(
                    kubeconfig,
                    original.replaceAll("(current-context: ).*", "$1elsewhere")
                            .replaceFirst("name: " + context + ", context:", "name: elsewhere, context:"));
            confirm(page, context);
            page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("error"), "is no longer"));
            assertThat(page.textOf("#mode-now")).contains("ended");
            Files.writeString(kubeconfig, original);
            page.changeMode();
            page.wait.until(ExpectedConditions.textToBe(By.id("mode-now"), "The functions only preview"));

            confirm(page, context);
            page.wait.until(ExpectedConditions.textToBe(By.id("mode-now"), "The functions act"));
            assertThat(pods())
                    .extracting(pod -> pod.getMetadata().getUid())
                    .containsExactly(first.getMetadata().getUid());

            assertThat(page.send())
                    .contains("acted deleted", first.getMetadata().getUid());
            Waiting.until(
                    "its replacement",
                    TIMEOUT,
                    () -> pods().stream()
                            .anyMatch(pod -> Readiness.isPodReady(pod)
                                    && !pod.getMetadata()
                                            .getUid()
                                            .equals(first.getMetadata().getUid())));
            page.wait.until(
                    _ -> !page.textOf("#pods").contains(first.getMetadata().getName())
                            && page.textOf("#about").contains(namespace + "/web-"));
            page.choose("drop-and-execute-new-binary", namespace + "/web-");
            assertThat(page.send()).contains("acted isolated");

            page.find("nav a[href='#overview']").click();
            release(page);
            page.wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("release-result"), "acted"));
            page.wait.until(
                    ExpectedConditions.textToBePresentInElementLocated(By.id("isolated"), "No pod is isolated"));
            page.takeScreenshot("current-cluster");
        }
    }
}
