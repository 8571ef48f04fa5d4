package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator forbade is not done, and the answer names the setting. */
@NeedsKubeApiServer
class GuardrailsIT {
    private final KubernetesClient client;
    private final KubeAccess access;
    private final String namespace;
    private final RecordedAlert shell =
            RecordedAlert.named("terminal-shell-in-container-pod").at(Instant.now());

    GuardrailsIT(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        namespace = server.newNamespace();
    }

    private Pod pod() {
        return TestPods.create(client, namespace, "web-0");
    }

    /** The pod survives an alert about it, for this outcome and reason. */
    private void refuses(Map<String, String> settings, RecordedAlert alert, Pod pod, String outcome, String reason) {
        try (FunctionProcess function = ThisFunction.acting(access, settings)) {
            Send.BINARY
                    .to(function.uri(), alert.about(pod))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo(outcome), "reason", equalTo(reason));
        }
        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    private void deletes(Map<String, String> settings, RecordedAlert alert, Pod pod) {
        try (FunctionProcess function = ThisFunction.acting(access, settings)) {
            Send.BINARY
                    .to(function.uri(), alert.about(pod))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("acted"), "reason", equalTo("deleted"));
        }
        assertThat(TestPods.isThere(client, pod)).isFalse();
    }

    @Test
    void anotherRuleIsDenied() {
        refuses(Map.of("RESPONSE_RULES", "Run shell untrusted, Other"), shell, pod(), "denied", "rule");
    }

    @Test
    void aRuleAmongThoseIsAnswered() {
        deletes(Map.of("RESPONSE_RULES", "Other, Terminal shell in container"), shell, pod());
    }

    @Test
    void aLowerPriorityIsDenied() {
        refuses(Map.of("RESPONSE_MIN_PRIORITY", "warning"), shell, pod(), "denied", "priority");
    }

    @Test
    void anUnknownPriorityIsTheLowest() {
        refuses(
                Map.of("RESPONSE_MIN_PRIORITY", "informational"),
                shell.with("priority", "Spectacular"),
                pod(),
                "denied",
                "priority");
    }

    @Test
    void anOldAlertIsStale() {
        refuses(Map.of(), shell.at(Instant.now().minusSeconds(16 * 60)), pod(), "skipped", "stale");
    }

    @Test
    void anAlertFromTheFutureIsNew() {
        deletes(Map.of(), shell.at(Instant.now().plusSeconds(3600)), pod());
    }

    @Test
    void aProtectedNamespaceIsDenied() {
        refuses(Map.of("RESPONSE_PROTECTED_NAMESPACES", "other,test-*"), shell, pod(), "denied", "protected-namespace");
    }

    @Test
    void aNamespaceThatIsNotAmongThoseToActInIsDenied() {
        refuses(Map.of("RESPONSE_NAMESPACES", "shop,bank"), shell, pod(), "denied", "protected-namespace");
    }

    @Test
    void anExemptPodIsDenied() {
        Pod pod = TestPods.create(
                client,
                namespace,
                "web-0",
                each -> each.editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata());
        refuses(Map.of(), shell, pod, "denied", "exempt");
    }

    @Test
    void aDaemonSetsPodIsDenied() {
        Pod pod = TestPods.create(client, namespace, "web-0", TestPods.ownedBy("apps/v1", "DaemonSet", "agent"));
        refuses(Map.of(), shell, pod, "denied", "owner-kind");
    }

    @Test
    void aStaticPodIsDenied() {
        Pod pod = TestPods.create(
                client,
                namespace,
                "web-0",
                each -> TestPods.onNode("node-1")
                        .apply(each.editMetadata()
                                .addToAnnotations("kubernetes.io/config.mirror", "d41d8cd9")
                                .endMetadata()));
        refuses(Map.of(), shell, pod, "denied", "owner-kind");
    }

    @Test
    void aDaemonSetsPodGoesWhenTheOperatorAllowsIt() {
        Pod pod = TestPods.create(client, namespace, "web-0", TestPods.ownedBy("apps/v1", "DaemonSet", "agent"));
        deletes(Map.of("RESPONSE_DENIED_OWNER_KINDS", ""), shell, pod);
    }

    @Test
    void theFunctionDoesNotDeleteItself() {
        refuses(
                Map.of(
                        "HOSTNAME",
                        "web-0",
                        "KUBERNETES_NAMESPACE",
                        namespace,
                        "RESPONSE_PROTECTED_NAMESPACES",
                        "kube-*"),
                shell,
                pod(),
                "denied",
                "self");
    }

    @Test
    void itsOwnNamespaceIsProtectedByDefault() {
        refuses(Map.of("KUBERNETES_NAMESPACE", namespace), shell, pod(), "denied", "protected-namespace");
    }

    @Test
    void aSpentBudgetDeniesTheNextPod() {
        Pod first = pod();
        Pod second = TestPods.create(client, namespace, "web-1");
        try (FunctionProcess function = ThisFunction.acting(access, Map.of("RESPONSE_BUDGET", "1/10m"))) {
            Send.BINARY.to(function.uri(), shell.about(first)).then().body("reason", equalTo("deleted"));

            Send.BINARY
                    .to(function.uri(), shell.about(second))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("denied"), "reason", equalTo("budget"))
                    .body("message", containsString("RESPONSE_BUDGET of 1 in 10m"));
        }
        assertThat(TestPods.isThere(client, second)).isTrue();
    }
}
