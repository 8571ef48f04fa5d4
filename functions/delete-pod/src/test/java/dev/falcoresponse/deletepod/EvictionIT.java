package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Evictions respect PodDisruptionBudgets. */
@NeedsKubeApiServer
class EvictionIT {
    private static KubernetesClient client;
    private static FunctionProcess function;
    private static String namespace = "";

    @BeforeAll
    static void start(KubeApiServer server) {
        client = server.client();
        function = ThisFunction.acting(
                ThisFunction.access(server), Map.of("DELETE_POD_MODE", "evict", "DELETE_POD_GRACE_PERIOD", "7s"));
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newNamespace(KubeApiServer server) {
        namespace = server.newNamespace();
    }

    /** A budget with the status that its controller, which does not run here, would set. */
    private static void budget(int disruptionsAllowed) {
        budget("web", "app", "web", disruptionsAllowed);
    }

    private static void budget(String name, String label, String value, int disruptionsAllowed) {
        PodDisruptionBudget budget = client.resource(new PodDisruptionBudgetBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withMinAvailable(new IntOrString(1))
                        .withNewSelector()
                        .addToMatchLabels(label, value)
                        .endSelector()
                        .endSpec()
                        .build())
                .create();
        client.resource(new PodDisruptionBudgetBuilder(budget)
                        .withNewStatus()
                        .withObservedGeneration(budget.getMetadata().getGeneration())
                        .withDisruptionsAllowed(disruptionsAllowed)
                        .withCurrentHealthy(1 + disruptionsAllowed)
                        .withDesiredHealthy(1)
                        .withExpectedPods(1 + disruptionsAllowed)
                        .endStatus()
                        .build())
                .updateStatus();
    }

    @Test
    void aBudgetThatAllowsItLetsThePodGo() {
        budget(1);
        Pod pod = TestPods.create(client, namespace, "web-0");

        Send.BINARY
                .to(function.uri(), RecordedAlert.shellIn(pod))
                .then()
                .statusCode(200)
                .body("outcome", equalTo("acted"), "reason", equalTo("evicted"));

        assertThat(TestPods.isThere(client, pod)).isFalse();
    }

    @Test
    void aSpentBudgetKeepsThePodAndTheBrokerTriesAgain() {
        budget(0);
        Pod pod = TestPods.create(client, namespace, "web-0");

        Send.BINARY
                .to(function.uri(), RecordedAlert.shellIn(pod))
                .then()
                .statusCode(503)
                .header("Retry-After", "5")
                .body("outcome", equalTo("failed"), "reason", equalTo("disruption-budget"))
                .body("detail", containsString("disruption budget"));

        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    /** Field case 07. */
    @Test
    void twoBudgetsAreNamedAndTheBrokerDoesNotTryAgain() {
        Pod pod = TestPods.create(
                client,
                namespace,
                "web-0",
                each -> each.editMetadata().addToLabels("tier", "front").endMetadata());
        budget("by-app", "app", "web", 1);
        budget("by-tier", "tier", "front", 1);
        budget("others", "app", "other", 1);

        Send.BINARY
                .to(
                        function.uri(),
                        RecordedAlert.fieldCase("07-two-disruption-budgets").about(pod))
                .then()
                .statusCode(422)
                .body("reason", equalTo("disruption-budget"))
                .body("detail", endsWith("the eviction API allows one: by-app, by-tier"));

        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void aFailedTryStartsNoCooldownSoThatTheNextOneActs() {
        budget(0);
        Pod pod = TestPods.create(client, namespace, "web-0");
        Send.BINARY.to(function.uri(), RecordedAlert.shellIn(pod)).then().statusCode(503);
        client.policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(namespace)
                .withName("web")
                .delete();

        Send.BINARY
                .to(function.uri(), RecordedAlert.shellIn(pod))
                .then()
                .statusCode(200)
                .body("reason", equalTo("evicted"));
    }

    @Test
    void thePodGetsTheGraceThatWasSet() {
        Pod pod = TestPods.create(client, namespace, "web-0", TestPods.onNode("node-1"));

        Send.BINARY
                .to(function.uri(), RecordedAlert.shellIn(pod))
                .then()
                .statusCode(200)
                .body("reason", equalTo("evicted"));

        assertThat(client.resource(pod).get().getMetadata().getDeletionGracePeriodSeconds())
                .isEqualTo(7);
    }
}
