package dev.falcoresponse.cordonnode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.NeedsRealCluster;
import dev.falcoresponse.testing.RealCluster;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real node with a real scheduler: a cordoned node keeps its pods and gets no new ones. */
@NeedsRealCluster
class RealNodeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final RealCluster cluster;
    private final KubernetesClient client;
    private String namespace = "";
    private String node = "";

    RealNodeIT(RealCluster cluster) {
        this.cluster = cluster;
        client = cluster.client();
    }

    @BeforeEach
    void newNamespace() {
        namespace = cluster.newNamespace();
    }

    @AfterEach
    void end() {
        client.namespaces().withName(namespace).delete();
        client.nodes().withName(node).edit(each -> {
            each.getSpec().setUnschedulable(null);
            return each;
        });
    }

    private Pod create(String name) {
        cluster.create(namespace, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - name: app
                      image: docker.io/lab/busybox:1
                      imagePullPolicy: Never
                      command: [sleep, "3600"]
                """.formatted(name));
        return pod(name);
    }

    private Pod pod(String name) {
        return client.pods().inNamespace(namespace).withName(name).get();
    }

    private void awaitReady(String name) {
        Waiting.until(name + " to run", PATIENCE, () -> Readiness.isPodReady(pod(name)));
    }

    private boolean isUnschedulable(String name) {
        return pod(name).getStatus().getConditions().stream()
                .anyMatch(each -> each.getType().equals("PodScheduled") && "Unschedulable".equals(each.getReason()));
    }

    @Test
    void aNewPodWaitsARunningOneGoesOnAndAfterUndoTheNewOneIsScheduled() {
        create("running");
        awaitReady("running");
        node = pod("running").getSpec().getNodeName();
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("fence.yaml"));
        try (FunctionProcess function =
                ThisFunction.acting(ThisFunction.access(cluster), Map.of("CORDON_NODE_MIN_SCHEDULABLE", "0"))) {
            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod("running")))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("cordoned"), "targetName", equalTo(node));

            create("waiting");
            Waiting.until("the scheduler to refuse it", PATIENCE, () -> isUnschedulable("waiting"));
            assertThat(Readiness.isPodReady(pod("running"))).isTrue();
            assertThat(pod("running")
                            .getStatus()
                            .getContainerStatuses()
                            .getFirst()
                            .getRestartCount())
                    .isZero();

            Send.event(function.uri(), "falco.response.cordon-node.undo.v1", "{\"node\":\"" + node + "\"}")
                    .then()
                    .body("reason", equalTo("uncordoned"));
            awaitReady("waiting");
        }
    }
}
