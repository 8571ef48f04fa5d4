package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.NeedsRealCluster;
import dev.falcoresponse.testing.RealCluster;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With real controllers and a real node: a replacement starts, and the isolated pod keeps running for forensics. */
@NeedsRealCluster
class RealClusterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String POD = """
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
                - name: web
                  image: docker.io/lab/busybox:1
                  imagePullPolicy: Never
                  command:
                    - sh
                    - -c
                    - mkdir -p /tmp/www && hostname > /tmp/www/index.html && echo started && exec httpd -f -p 8080 -h /tmp/www
                  readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
            """;

    private static RealCluster cluster;
    private static KubernetesClient client;
    private static FunctionProcess isolate;
    private String namespace = "";

    @BeforeAll
    static void start(RealCluster real) {
        cluster = real;
        client = real.client();
        Map<String, String> settings = new HashMap<>(Map.of("RESPONSE_DENIED_OWNER_KINDS", "Node"));
        isolate = ThisFunction.acting(ThisFunction.access(cluster), settings);
    }

    @AfterAll
    static void stop() {
        isolate.close();
    }

    @BeforeEach
    void newNamespace() {
        namespace = cluster.newNamespace();
    }

    @AfterEach
    void endNamespace() {
        client.namespaces().withName(namespace).delete();
    }

    private void create(String yaml) {
        cluster.create(namespace, yaml);
    }

    private static String indented(String text, int by) {
        return text.indent(by).stripLeading();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    private Pod ready(Predicate<Pod> which) {
        Waiting.until("a ready pod", PATIENCE, () -> readyPods(which).findAny().isPresent());
        return readyPods(which).findFirst().orElseThrow();
    }

    private Stream<Pod> readyPods(Predicate<Pod> which) {
        return pods().stream().filter(Readiness::isPodReady).filter(which);
    }

    private static ValidatableResponse isolate(Pod pod) {
        return Send.BINARY
                .to(isolate.uri(), RecordedAlert.shellIn(pod))
                .then()
                .statusCode(200)
                .body("reason", equalTo("isolated"));
    }

    private static Predicate<Pod> otherThan(HasMetadata pod) {
        return each -> !each.getMetadata().getUid().equals(pod.getMetadata().getUid());
    }

    private static Pod now(Pod pod) {
        return client.resource(pod).get();
    }

    private List<String> endpoints() {
        return client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel("kubernetes.io/service-name", "web")
                .list()
                .getItems()
                .stream()
                .flatMap(slice -> slice.getEndpoints().stream())
                .filter(endpoint -> Boolean.TRUE.equals(endpoint.getConditions().getReady()))
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .toList();
    }

    private void deployment() {
        create("""
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
                """);
        cluster.deploy(namespace, POD);
    }

    private static String exec(Pod pod, String... command) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch watch = client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .writingOutput(out)
                .exec(command)) {
            watch.exitCode().get(30, TimeUnit.SECONDS);
        }
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    /** What the Service answers, asked through the API server. */
    private String service() {
        return client.raw("/api/v1/namespaces/" + namespace + "/services/web/proxy/")
                .strip();
    }

    @Test
    void aDeploymentGetsAReplacementAndTheOldPodKeepsRunningForWhoeverLooks() throws Exception {
        deployment();
        Pod old = ready(_ -> true);
        Waiting.until(
                "the Service",
                PATIENCE,
                () -> endpoints().equals(List.of(old.getStatus().getPodIP())));
        String before = exec(old, "cat", "/proc/1/stat");

        isolate(old);

        Pod replacement = ready(otherThan(old));
        String address = replacement.getStatus().getPodIP();
        Waiting.until("the Service to let go", PATIENCE, () -> endpoints().equals(List.of(address)));
        assertThat(service()).isEqualTo(replacement.getMetadata().getName());
        Pod kept = now(old);
        assertThat(kept.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(kept.getMetadata().getDeletionTimestamp()).isNull();
        assertThat(kept.getStatus().getContainerStatuses().getFirst().getRestartCount())
                .isZero();
        assertThat(client.pods().resource(kept).getLog()).contains("started");
        assertThat(startOf(exec(old, "cat", "/proc/1/stat"))).isEqualTo(startOf(before));
    }

    /** When the process was started, in ticks since boot: the same number is the same process. */
    private static String startOf(String stat) {
        return stat.replaceFirst(".*\\) ", "").split(" ", -1)[19];
    }

    @Test
    void releasedItComesBackToItsReplicaSetWhichRemovesOne() {
        deployment();
        Pod old = ready(_ -> true);
        isolate(old);
        ready(otherThan(old));
        undo(isolate, old).statusCode(200).body("reason", equalTo("released"));

        Waiting.until("one pod again", PATIENCE, () -> pods().size() == 1);
        Pod left = pods().getFirst();
        assertThat(left.getMetadata().getOwnerReferences()).hasSize(1);
        assertThat(left.getMetadata().getLabels()).containsEntry("app", "web").containsKey("pod-template-hash");
        assertThat(policies()).isEmpty();
    }

    private List<String> policies() {
        return client.network().v1().networkPolicies().inNamespace(namespace).list().getItems().stream()
                .map(each -> each.getMetadata().getName())
                .toList();
    }

    @Test
    void whenThePodGoesItsPolicyGoes() {
        deployment();
        Pod old = ready(_ -> true);
        isolate(old);
        assertThat(policies()).hasSize(1);

        client.resource(now(old)).delete();

        Waiting.until("the policy to be collected", PATIENCE, () -> policies().isEmpty());
    }

    @Test
    void aStatefulSetsPodStaysInPlaceAndItsControllerIsContent() {
        create("""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web}
                spec:
                  serviceName: web
                  selector: {matchLabels: {app: web}}
                  template:
                    %s""".formatted(indented(POD, 4)));
        Pod pod = ready(_ -> true);

        isolate(pod).body("details.detached", equalTo(false));

        client.apps().statefulSets().inNamespace(namespace).withName("web").scale(2);
        ready(otherThan(pod));
        assertThat(now(pod).getMetadata().getOwnerReferences()).hasSize(1);
        assertThat(pods()).hasSize(2);
    }

    @Test
    void aDaemonSetStartsAReplacementOnTheSameNode() {
        create("""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    %s""".formatted(indented(POD, 4)));
        Pod pod = ready(_ -> true);

        isolate(pod).body("details.detached", equalTo(true));

        Pod replacement = ready(otherThan(pod));
        assertThat(replacement.getSpec().getNodeName()).isEqualTo(pod.getSpec().getNodeName());
        assertThat(now(pod).getMetadata().getOwnerReferences()).isEmpty();
    }

    @Test
    void aJobStartsAnotherPod() {
        create("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: web}
                spec:
                  template:
                    %s""".formatted(indented(POD + "  restartPolicy: Never\n", 4)));
        Pod pod = ready(_ -> true);

        isolate(pod).body("details.detached", equalTo(true));

        ready(otherThan(pod));
        assertThat(now(pod).getMetadata().getDeletionTimestamp()).isNull();
    }

    @Test
    void aBarePodKeepsRunningAndNothingReplacesIt() {
        create("apiVersion: v1\nkind: Pod\n" + POD.replace("metadata: {", "metadata: {name: bare, "));
        Pod pod = ready(_ -> true);

        isolate(pod);

        assertThat(Readiness.isPodReady(now(pod))).isTrue();
        assertThat(pods()).hasSize(1);
    }

    /**
     * On the wire, where policies are enforced: a pod that another policy confines is open to nobody while it is released, also
     * when the function is killed at its n-th call.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4})
    void whileAConfinedPodIsReleasedNobodyReachesIt(int last) {
        create("apiVersion: v1\nkind: Pod\n" + POD.replace("metadata: {", "metadata: {name: bare, "));
        Pod pod = ready(_ -> true);
        create("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: confined}
                spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
                """);
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: stranger}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - name: stranger
                      image: docker.io/lab/busybox:1
                      imagePullPolicy: Never
                      command:
                        - sh
                        - -c
                        - 'while true; do nc -w 1 %s 8080 </dev/null >/dev/null 2>&1 && echo reached || echo closed; done'
                """.formatted(pod.getStatus().getPodIP()));
        Pod stranger = ready(otherThan(pod));
        isolate(pod);
        Waiting.until(
                "the stranger to be kept out",
                PATIENCE,
                () -> client.pods().resource(stranger).tailingLines(2).getLog().equals("closed\nclosed\n"));
        int before = client.pods().resource(stranger).getLog().split("reached", -1).length;

        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault kill = call -> {
            if (call.uri().contains(namespace) && calls.incrementAndGet() == last) {
                victim.join().kill();
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(cluster), kill);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of())) {
            victim.complete(function);
            CompletableFuture.runAsync(() -> undo(function, pod))
                    .exceptionally(_ -> null)
                    .join();
        }
        awaitAttempts(stranger, 3);
        undo(isolate, pod).statusCode(200);
        awaitAttempts(stranger, 3);

        assertThat(now(pod).getMetadata().getLabels()).containsEntry("app", "web");
        assertThat(policies()).containsExactly("confined");
        assertThat(client.pods().resource(stranger).getLog().split("reached", -1))
                .hasSize(before);

        // the stranger can see it when the pod is open
        client.network().v1().networkPolicies().inNamespace(namespace).delete();
        Waiting.until(
                "the stranger to get in",
                PATIENCE,
                () -> client.pods().resource(stranger).tailingLines(1).getLog().equals("reached\n"));
    }

    private static void awaitAttempts(Pod stranger, int more) {
        int until = attempts(stranger) + more;
        Waiting.until("attempts of the stranger", PATIENCE, () -> attempts(stranger) >= until);
    }

    private static int attempts(Pod stranger) {
        return client.pods().resource(stranger).getLog().split("\n", -1).length;
    }

    private ValidatableResponse undo(FunctionProcess function, Pod pod) {
        return Send.event(
                        function.uri(),
                        "falco.response.isolate-network.undo.v1",
                        "{\"namespace\":\"%s\",\"pod\":\"%s\"}"
                                .formatted(namespace, pod.getMetadata().getName()))
                .then();
    }
}
