package dev.falcoresponse.suspendworkload;

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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With real controllers and a real node: the pods end, none comes back, and after undo they do. */
@NeedsRealCluster
class RealWorkloadIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String POD = """
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
                - name: web
                  image: docker.io/lab/busybox:1
                  imagePullPolicy: Never
                  command: [sleep, "3600"]
            """;

    private static RealCluster cluster;
    private static KubernetesClient client;
    private static FunctionProcess function;
    private String namespace = "";

    @BeforeAll
    static void start(RealCluster real) {
        cluster = real;
        client = real.client();
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("fence.yaml"));
        function = ThisFunction.acting(ThisFunction.access(cluster), Map.of());
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newNamespace() {
        namespace = cluster.newNamespace();
    }

    @AfterEach
    void endNamespace() {
        client.namespaces().withName(namespace).delete();
    }

    private void create(String kind, String apiVersion, String spec, String more) {
        cluster.create(
                namespace, """
                apiVersion: %s
                kind: %s
                metadata: {name: web}
                spec:
                  %s
                  template:
                    %s%s""".formatted(apiVersion, kind, spec, POD.indent(4).stripLeading(), more));
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    private Pod awaitPods(int count) {
        Waiting.until(
                count + " running pods",
                PATIENCE,
                () -> pods().size() == count && pods().stream().allMatch(Readiness::isPodReady));
        return count == 0 ? new Pod() : pods().getFirst();
    }

    private void suspend(Pod pod) {
        Send.BINARY
                .to(
                        function.uri(),
                        RecordedAlert.shellIn(pod)
                                .with("uuid", UUID.randomUUID().toString()))
                .then()
                .statusCode(200)
                .body("reason", equalTo("suspended"));
    }

    private void resume(String kind) {
        Send.event(
                        function.uri(),
                        "falco.response.suspend-workload.undo.v1",
                        "{\"kind\":\"%s\",\"namespace\":\"%s\",\"name\":\"web\"}".formatted(kind, namespace))
                .then()
                .body("reason", equalTo("resumed"));
    }

    @Test
    void aDeploymentOfThreePodsHasNoneAndThenThreeAgain() {
        create("Deployment", "apps/v1", "replicas: 3\n  selector: {matchLabels: {app: web}}", "");
        suspend(awaitPods(3));
        awaitPods(0);
        resume("Deployment");
        awaitPods(3);
    }

    @Test
    void aStatefulSetToo() {
        create("StatefulSet", "apps/v1", "replicas: 1\n  serviceName: web\n  selector: {matchLabels: {app: web}}", "");
        suspend(awaitPods(1));
        awaitPods(0);
        resume("StatefulSet");
        awaitPods(1);
    }

    @Test
    void aJobsPodsEndAndItStartsAgain() {
        create("Job", "batch/v1", "backoffLimit: 3", "      restartPolicy: Never\n");
        Pod first = awaitPods(1);
        suspend(first);
        awaitPods(0);
        resume("Job");
        assertThat(awaitPods(1).getMetadata().getUid())
                .isNotEqualTo(first.getMetadata().getUid());
    }
}
