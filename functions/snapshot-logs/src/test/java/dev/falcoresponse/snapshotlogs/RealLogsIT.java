package dev.falcoresponse.snapshotlogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.NeedsRealCluster;
import dev.falcoresponse.testing.RealCluster;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of real containers, compared byte for byte with what the API returns for the same range. */
@NeedsRealCluster
class RealLogsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static RealCluster cluster;
    private static KubernetesClient client;
    private String namespace = "";

    @TempDir
    private Path store;

    @BeforeAll
    static void find(RealCluster real) {
        cluster = real;
        client = real.client();
    }

    @BeforeEach
    void newNamespace() {
        namespace = cluster.newNamespace();
    }

    @AfterEach
    void endNamespace() {
        client.namespaces().withName(namespace).delete();
    }

    private static String container(String name, String script) {
        return """
                - name: %s
                  image: docker.io/lab/busybox:1
                  imagePullPolicy: Never
                  command: [sh, -c, '%s']
                  volumeMounts: [{name: shared, mountPath: /shared}]
                """.formatted(name, script);
    }

    private Pod pod(String containers, Predicate<Pod> until) {
        return pod("", containers, until);
    }

    private Pod pod(String initContainers, String containers, Predicate<Pod> until) {
        String init = initContainers.isEmpty() ? "" : "  initContainers:\n" + initContainers.indent(4);
        String yaml = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  terminationGracePeriodSeconds: 0\n"
                + "  volumes: [{name: shared, emptyDir: {}}]\n"
                + init + "  containers:\n" + containers.indent(4);
        client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(namespace)
                .create();
        Waiting.until("the pod", PATIENCE, () -> until.test(now()));
        return now();
    }

    private Pod now() {
        return client.pods().inNamespace(namespace).withName("web").get();
    }

    private static Stream<ContainerStatus> statuses(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream();
    }

    private boolean allRunAndSay(Pod pod, String last) {
        return statuses(pod).findAny().isPresent()
                && statuses(pod).allMatch(each -> each.getState().getRunning() != null)
                && statuses(pod)
                        .allMatch(each ->
                                new String(log(each.getName(), false), StandardCharsets.ISO_8859_1).contains(last));
    }

    /** What {@code kubectl logs --timestamps} prints. */
    private byte[] log(String container, boolean previous) {
        String log = client.raw("/api/v1/namespaces/" + namespace + "/pods/web/log?timestamps=true&container="
                + container + (previous ? "&previous=true" : ""));
        return log.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] kubectl(String container, boolean previous) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getenv("KUBEBUILDER_ASSETS"), "kubectl").toString(),
                "--kubeconfig",
                System.getenv("REAL_CLUSTER_KUBECONFIG"),
                "-n",
                namespace,
                "logs",
                "--timestamps",
                "web",
                "-c",
                container));
        if (previous) {
            command.add("--previous");
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] log = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        return log;
    }

    private ValidatableResponse snapshot(Pod pod, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("SNAPSHOT_LOGS_STORE", "file://" + store));
        all.putAll(settings);
        try (FunctionProcess function = ThisFunction.acting(ThisFunction.access(cluster), all)) {
            return Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void everyContainersLogIsSecuredByteForByte() throws Exception {
        pod(
                container("setup", "echo preparing"),
                container("app", "echo hello; echo to stderr >&2; echo END; sleep 3600")
                        + container(
                                "binary",
                                "head -c 3000 /bin/busybox; echo; printf \"\\377\\376\\n\"; echo END; sleep 3600")
                        + container("long", "head -c 100000 /dev/zero | tr \"\\0\" x; echo; echo END; sleep 3600"),
                each -> allRunAndSay(each, "END"));
        debug();

        snapshot(now(), Map.of())
                .body("outcome", equalTo("acted"), "reason", equalTo("captured"))
                .body("details.complete", equalTo(true))
                .body("details.containers", hasItems("setup", "app", "binary", "long", "debug"));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        for (String container : List.of("setup", "app", "binary", "long", "debug")) {
            assertThat(evidence.log(container)).isEqualTo(kubectl(container, false));
        }
        assertThat(evidence.text("pod.yaml")).contains("name: \"web\"").contains("kind: \"Pod\"");
        assertThat(evidence.text("events.yaml")).contains("Scheduled");
        assertThat(evidence.text("alert.json")).contains("Terminal shell in container");
        assertThat(evidence.verify()).isZero();
    }

    private void debug() {
        client.pods()
                .inNamespace(namespace)
                .withName("web")
                .ephemeralContainers()
                .edit(each -> new PodBuilder(each)
                        .editSpec()
                        .addToEphemeralContainers(new EphemeralContainerBuilder()
                                .withName("debug")
                                .withImage("docker.io/lab/busybox:1")
                                .withImagePullPolicy("Never")
                                .withCommand("sh", "-c", "echo looking; sleep 3600")
                                .build())
                        .endSpec()
                        .build());
        Waiting.until(
                "the debugger",
                PATIENCE,
                () -> now().getStatus().getEphemeralContainerStatuses().stream()
                        .anyMatch(each -> each.getState().getRunning() != null));
        Waiting.until("its word", PATIENCE, () -> log("debug", false).length > 0);
    }

    @Test
    void theRunThatCrashedIsSecuredToo() {
        Pod pod = pod(
                container("crash", "echo attempt; [ -e /shared/again ] && sleep 3600; touch /shared/again; exit 3"),
                each -> statuses(each)
                        .anyMatch(status -> status.getRestartCount() == 1
                                && status.getState().getRunning() != null));

        snapshot(pod, Map.of()).body("details.complete", equalTo(true));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        assertThat(new String(evidence.log(evidence.entry("crash", true)), StandardCharsets.UTF_8))
                .contains("attempt");
    }

    @Test
    void aContainerThatHasNotStartedIsNoted() {
        Pod pod = pod(
                container("app", "echo END; sleep 3600")
                        + "- name: never\n  image: docker.io/lab/does-not-exist:1\n  imagePullPolicy: Never\n",
                each -> statuses(each).anyMatch(status -> status.getState().getRunning() != null));

        snapshot(pod, Map.of()).body("details.complete", equalTo(true));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        assertThat(evidence.missing()).contains("logs/never");
        assertThat(new String(evidence.log("app"), StandardCharsets.UTF_8)).contains("END");
    }

    @Test
    void ofALongLogTheNewestEndIsKeptFromAWholeLineOn() throws Exception {
        Pod pod = pod(
                container("app", "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo END; sleep 3600"),
                each -> allRunAndSay(each, "END"));

        snapshot(pod, Map.of("SNAPSHOT_LOGS_MAX_BYTES", "20Ki")).body("details.complete", equalTo(true));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        byte[] whole = kubectl("app", false);
        byte[] kept = evidence.log("app");
        assertThat(kept.length).isBetween(20 * 1024 - 60, 20 * 1024);
        assertThat(kept).isEqualTo(Arrays.copyOfRange(whole, whole.length - kept.length, whole.length));
        assertThat(whole[whole.length - kept.length - 1]).isEqualTo((byte) '\n');
        assertThat(evidence.entry("app", false).path("truncated").asBoolean()).isTrue();
        assertThat(evidence.entry("app", false).path("name").asText()).endsWith(".tail.log.gz");
        assertThat(evidence.verify()).isZero();
    }

    @Test
    void whatIsOlderThanWantedIsLeftOut() {
        Pod pod = pod(container("app", "echo old; sleep 12; echo END; sleep 3600"), each -> allRunAndSay(each, "END"));

        snapshot(pod, Map.of("SNAPSHOT_LOGS_SINCE", "10s"));

        String log = new String(EvidenceFolder.in(store).log("app"), StandardCharsets.UTF_8);
        assertThat(log).contains("END").doesNotContain("old");
    }

    @Test
    void aContainerThatGoesOnWritingIsReadUpToAMoment() throws Exception {
        Pod pod =
                pod(container("app", "while true; do echo tick; sleep 0.01; done"), each -> allRunAndSay(each, "tick"));

        snapshot(pod, Map.of()).body("details.complete", equalTo(true));

        byte[] secured = EvidenceFolder.in(store).log("app");
        byte[] later = kubectl("app", false);
        assertThat(later.length).isGreaterThan(secured.length);
        assertThat(secured).isEqualTo(Arrays.copyOf(later, secured.length));
    }

    @Test
    void aPodThatIsBeingDeletedIsStillRead() {
        Pod pod = pod(
                container("app", "trap \"echo leaving\" TERM; echo END; while true; do sleep 1; done"),
                each -> allRunAndSay(each, "END"));
        client.resource(pod).withGracePeriod(20).delete();

        snapshot(now(), Map.of()).body("outcome", equalTo("acted"));

        assertThat(new String(EvidenceFolder.in(store).log("app"), StandardCharsets.UTF_8))
                .contains("END");
    }

    /** The node can rotate a large log at any time, which changes kubectl's output: then it is read again. */
    @Test
    void aContainerThatHasWritten200MegabytesIsReadAsTheNodeServesIt() throws Exception {
        Pod pod = pod(
                container(
                        "app",
                        "yes 012345678901234567890123456789012345678 | head -c 200000000;"
                                + " while true; do echo tick; sleep 0.2; done"),
                each -> statuses(each).anyMatch(status -> status.getState().getRunning() != null));
        Waiting.until(
                "the last line",
                PATIENCE,
                () -> client.pods()
                        .resource(pod)
                        .inContainer("app")
                        .tailingLines(1)
                        .getLog()
                        .contains("tick"));

        boolean compared = false;
        for (int attempt = 1; !compared && attempt <= 5; attempt++) {
            Path folder = Files.createDirectories(store.resolve("attempt-" + attempt));
            byte[] before = kubectl("app", false);
            snapshot(pod, Map.of("SNAPSHOT_LOGS_MAX_BYTES", "500M", "SNAPSHOT_LOGS_STORE", "file://" + folder))
                    .body("details.complete", equalTo(true));
            byte[] after = kubectl("app", false);
            if (startsWith(after, before)) {
                byte[] secured = EvidenceFolder.in(folder).log("app");
                assertThat(startsWith(secured, before)).isTrue();
                assertThat(startsWith(after, secured)).isTrue();
                compared = true;
            }
        }
        assertThat(compared).isTrue();
    }

    private static boolean startsWith(byte[] whole, byte[] start) {
        return start.length > 0
                && whole.length >= start.length
                && Arrays.equals(whole, 0, start.length, start, 0, start.length);
    }
}
