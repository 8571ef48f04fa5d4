package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ShippedRole;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored when a step fails, and what the answer says. */
@NeedsKubeApiServer
class SnapshotIT {
    private static final ApiProxy.Answer LOG =
            new ApiProxy.Answer(200, Map.of("Content-Type", "text/plain"), "2026-11-24T12:00:00.5Z hello\n");

    private static KubeApiServer server;
    private static KubernetesClient client;
    private static KubeAccess access;

    @TempDir
    private Path store;

    private String namespace = "";
    private Pod pod;

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        server = apiServer;
        client = server.client();
        access = ThisFunction.access(server);
    }

    @BeforeEach
    void newPod() {
        namespace = server.newNamespace();
        pod = TestPods.create(client, namespace, "web-0");
    }

    private Map<String, String> settings() {
        return new HashMap<>(Map.of("SNAPSHOT_LOGS_STORE", "file://" + store, "RESPONSE_COOLDOWN", "0s"));
    }

    private static Optional<ApiProxy.Answer> logs(ApiProxy.Call call) {
        return call.uri().contains("/log?") ? Optional.of(LOG) : Optional.empty();
    }

    private Response snapshot(RecordedAlert alert, ApiProxy.Fault fault) {
        try (ApiProxy proxy = ApiProxy.before(access, fault);
                FunctionProcess function = ThisFunction.acting(proxy.access(), settings())) {
            return Send.BINARY.to(function.uri(), alert);
        }
    }

    @Test
    void theAlertIsKeptAsItCame() {
        RecordedAlert alert = RecordedAlert.shellIn(pod);

        snapshot(alert, SnapshotIT::logs)
                .then()
                .statusCode(200)
                .body("reason", equalTo("captured"), "details.complete", equalTo(true));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        assertThat(evidence.text("alert.json")).isEqualTo(alert.body());
        assertThat(evidence.entry("web", false).path("from").asText()).isEqualTo("2026-11-24T12:00:00.5Z");
        assertThat(evidence.folder())
                .isEqualTo(store.resolve(namespace)
                        .resolve("web-0")
                        .resolve(pod.getMetadata().getUid())
                        .resolve(alert.member("uuid")));
        assertThat(evidence.verify()).isZero();
    }

    @Test
    void aHostileEventIdStaysInTheFolder() {
        snapshot(RecordedAlert.shellIn(pod).with("uuid", "../../../escaped"), SnapshotIT::logs)
                .then()
                .statusCode(200)
                .body("reason", equalTo("captured"));

        assertThat(EvidenceFolder.files(store)).isNotEmpty().allMatch(file -> file.startsWith(namespace + "/web-0/"));
    }

    @Test
    void anAlteredObjectIsFound() throws IOException {
        snapshot(RecordedAlert.shellIn(pod), SnapshotIT::logs);
        EvidenceFolder evidence = EvidenceFolder.in(store);
        Path alert = evidence.folder().resolve("alert.json");

        Files.writeString(alert, Files.readString(alert).replace("shell", "shall"));
        assertThat(evidence.verify()).isEqualTo(1);
        Files.delete(alert);
        assertThat(evidence.verify()).isEqualTo(1);
    }

    @Test
    void aPodThatGoesHalfWayLeavesWhatWasSecuredAndSaysSo() {
        ApiProxy.Fault goes = call -> {
            if (call.uri().contains("/log?")) {
                client.resource(pod).withGracePeriod(0).delete();
            }
            return logs(call);
        };

        snapshot(RecordedAlert.shellIn(pod), goes)
                .then()
                .statusCode(200)
                .body("outcome", equalTo("acted"), "details.complete", equalTo(false))
                .body("message", containsString("it is not complete"));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        assertThat(evidence.missing()).anyMatch(each -> each.startsWith("logs/web."));
        assertThat(evidence.text("pod.yaml")).contains(pod.getMetadata().getUid());
        assertThat(evidence.verify()).isZero();
    }

    @Test
    void aNamesakesLogIsNotTaken() {
        ApiProxy.Fault replaced = call -> {
            if (call.uri().contains("/log?")) {
                client.resource(pod).withGracePeriod(0).delete();
                TestPods.create(client, namespace, "web-0");
            }
            return logs(call);
        };

        snapshot(RecordedAlert.shellIn(pod), replaced).then().body("details.complete", equalTo(false));

        assertThat(EvidenceFolder.files(store)).noneMatch(file -> file.contains("logs/"));
    }

    @Test
    void aLogThatCannotBeReadDoesNotLoseTheRest() {
        ApiProxy.Answer broken = new ApiProxy.Answer(
                500,
                Map.of("Content-Type", "application/json"),
                "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"runtime is broken\",\"code\":500}");

        snapshot(
                        RecordedAlert.shellIn(pod),
                        call -> call.uri().contains("/log?") ? Optional.of(broken) : Optional.empty())
                .then()
                .statusCode(200)
                .body("outcome", equalTo("acted"), "details.complete", equalTo(false));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        assertThat(evidence.manifest().path("notCaptured").toString()).contains("runtime is broken");
        assertThat(evidence.text("pod.yaml")).contains("web-0");
    }

    @Test
    void aLogThatIsForbiddenIsAFailureOfTheWhole() {
        ApiProxy.Answer forbidden = new ApiProxy.Answer(
                403,
                Map.of("Content-Type", "application/json"),
                "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"code\":403,"
                        + "\"message\":\"User \\\"x\\\" cannot get resource \\\"pods/log\\\"\"}");

        snapshot(
                        RecordedAlert.shellIn(pod),
                        call -> call.uri().contains("/log?") ? Optional.of(forbidden) : Optional.empty())
                .then()
                .statusCode(422)
                .body("reason", equalTo("forbidden"), "detail", containsString("get pods/log in namespace"));
        assertThat(EvidenceFolder.files(store)).noneMatch(file -> file.endsWith("manifest.json"));
    }

    @Test
    void aFolderThatCannotBeWrittenIsAFailure() throws IOException {
        Path file = Files.writeString(store.resolve("file"), "no folder");
        Map<String, String> settings = settings();
        settings.put("SNAPSHOT_LOGS_STORE", "file://" + file + "/evidence");
        for (String dryRun : List.of("true", "false")) {
            settings.put("RESPONSE_DRY_RUN", dryRun);
            try (ApiProxy proxy = ApiProxy.before(access, SnapshotIT::logs);
                    FunctionProcess function = ThisFunction.acting(proxy.access(), settings)) {
                Send.BINARY
                        .to(function.uri(), RecordedAlert.shellIn(pod))
                        .then()
                        .statusCode(503)
                        .body("outcome", equalTo("failed"), "reason", equalTo("storage"));
            }
        }
    }

    @Test
    void aPreviewLeavesNothing() {
        Map<String, String> settings = settings();
        settings.put("RESPONSE_DRY_RUN", "true");
        try (FunctionProcess function = ThisFunction.acting(access, settings)) {
            Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(pod))
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("previewed"), "message", containsString("Would store 1 logs"));
        }
        assertThat(EvidenceFolder.files(store)).isEmpty();
    }

    @Test
    void itOnlyLooksSoNothingIsKeptFromItUnlessTheOperatorSaysSo() {
        Pod agent = TestPods.create(
                client, "kube-system", "agent-" + namespace, TestPods.ownedBy("apps/v1", "DaemonSet", "agent"));

        snapshot(RecordedAlert.shellIn(agent), SnapshotIT::logs).then().body("reason", equalTo("captured"));
    }

    /** The process is killed at its n-th call about the pod. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void killedAnywhereAndRepeatedThereIsOneWholeSnapshot(int last) throws IOException {
        RecordedAlert alert = RecordedAlert.shellIn(pod);
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault kill = call -> {
            if (call.uri().contains(namespace) && calls.incrementAndGet() == last) {
                victim.join().kill();
            }
            return logs(call);
        };
        try (ApiProxy proxy = ApiProxy.before(access, kill);
                FunctionProcess function = ThisFunction.acting(proxy.access(), settings())) {
            victim.complete(function);
            CompletableFuture.runAsync(() -> Send.BINARY.to(function.uri(), alert))
                    .exceptionally(_ -> null)
                    .join();
        }
        Map<String, byte[]> before = contents();

        String reason = snapshot(alert, SnapshotIT::logs)
                .then()
                .statusCode(200)
                .extract()
                .path("reason");

        assertThat(reason).isIn("captured", "already-done");
        Map<String, byte[]> after = contents();
        before.forEach((file, bytes) -> assertThat(after.get(file)).isEqualTo(bytes));
        assertThat(after.keySet())
                .filteredOn(file -> file.endsWith("manifest.json"))
                .hasSize(1);
        assertThat(EvidenceFolder.in(store).verify()).isZero();
        assertThat(EvidenceFolder.in(store).manifest().path("complete").asBoolean())
                .isTrue();
    }

    private Map<String, byte[]> contents() throws IOException {
        Map<String, byte[]> contents = new HashMap<>();
        for (String file : EvidenceFolder.files(store)) {
            if (!file.endsWith(".tmp")) {
                contents.put(file, Files.readAllBytes(store.resolve(file)));
            }
        }
        return contents;
    }

    @Test
    void fourLogsOf200MegabytesAtOnceFitIntoASmallHeap() {
        String line = "2026-11-24T12:00:00.000000000Z " + "x".repeat(968) + "\n";
        ApiProxy.Answer large = new ApiProxy.Answer(200, Map.of("Content-Type", "text/plain"), line, 200_000);
        Map<String, String> settings = settings();
        settings.put("JAVA_TOOL_OPTIONS", "-Xmx128m");
        settings.put("SNAPSHOT_LOGS_MAX_BYTES", "300M");
        List<Pod> pods = IntStream.range(1, 5)
                .mapToObj(i -> TestPods.create(client, namespace, "large-" + i))
                .toList();
        try (ApiProxy proxy = ApiProxy.before(
                        access, call -> call.uri().contains("/log?") ? Optional.of(large) : Optional.empty());
                FunctionProcess function = ThisFunction.acting(proxy.access(), settings)) {
            pods.parallelStream()
                    .forEach(each -> Send.BINARY
                            .to(function.uri(), RecordedAlert.shellIn(each))
                            .then()
                            .statusCode(200)
                            .body("reason", equalTo("captured"), "details.complete", equalTo(true)));
        }
        assertThat(EvidenceFolder.files(store))
                .filteredOn(file -> file.endsWith("manifest.json"))
                .hasSize(4);
        assertThat(EvidenceFolder.in(store).entry("web", false).path("bytes").asLong())
                .isEqualTo(200_000L * line.length());
    }

    @Test
    void everyRightOfTheRoleIsNeeded() {
        try (FunctionProcess function = ThisFunction.acting(access, settings())) {
            ShippedRole.in(ThisFunction.MANIFESTS.resolve("rbac.yaml"), client)
                    .forEach(role -> role.requireThatEverythingIsNeeded(function));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SNAPSHOT_LOGS_STORE     | /evidence       | it is neither file:///folder nor s3://bucket/prefix",
                "SNAPSHOT_LOGS_STOR      | file:///x       | There is no setting SNAPSHOT_LOGS_STOR"
            })
    void aWrongSettingStopsTheStart(String name, String value, String sentence) {
        Map<String, String> settings = settings();
        settings.put(name, value);

        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, settings))
                .contains(name)
                .contains(sentence);
    }

    @Test
    void withoutAStoreItDoesNotStart() {
        assertThat(FunctionProcess.failToStart(ThisFunction.TARGET, access, Map.of()))
                .contains("SNAPSHOT_LOGS_STORE is missing");
    }

    /** As a kubelet answers for a container that it has removed: with 200, as if it were the log. */
    @Test
    void anExcuseIsNoLog() {
        ApiProxy.Answer excuse = new ApiProxy.Answer(
                200,
                Map.of("Content-Type", "text/plain"),
                "unable to retrieve container logs for containerd://70fe8b31");

        snapshot(
                        RecordedAlert.shellIn(pod),
                        call -> call.uri().contains("/log?") ? Optional.of(excuse) : Optional.empty())
                .then()
                .statusCode(200)
                .body("details.complete", equalTo(false));

        assertThat(EvidenceFolder.in(store).missing()).anyMatch(each -> each.startsWith("logs/web."));
        assertThat(EvidenceFolder.files(store)).noneMatch(file -> file.contains("logs/"));
    }

    /** A log that was cut off in the first attempt is not complete in the second. */
    @Test
    void aLogThatWasCutOffIsReadAgainByWhoeverFinishesTheSnapshot() {
        RecordedAlert alert = RecordedAlert.shellIn(pod);
        AtomicInteger calls = new AtomicInteger();
        // longer than announced: the connection breaks in the body; and the owners cannot be read
        ApiProxy.Fault first = call -> {
            if (call.uri().contains("/log?")) {
                calls.incrementAndGet();
                return Optional.of(new ApiProxy.Answer(
                        200,
                        Map.of("Content-Type", "text/plain", ApiProxy.BREAKS, ""),
                        LOG.body().repeat(3000)));
            }
            return call.uri().contains("events.k8s.io") && call.method().equals("GET")
                    ? Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"))
                    : Optional.empty();
        };
        snapshot(alert, first).then().statusCode(503);
        assertThat(calls.get()).isPositive();
        assertThat(EvidenceFolder.files(store)).noneMatch(file -> file.matches(".*[0-9a-f]{12}\\.log\\.gz"));

        snapshot(alert, SnapshotIT::logs)
                .then()
                .statusCode(200)
                .body("reason", equalTo("captured"), "details.complete", equalTo(true));

        assertThat(EvidenceFolder.in(store).log("web")).isEqualTo(LOG.body().getBytes(US_ASCII));
        assertThat(EvidenceFolder.in(store).verify()).isZero();
    }

    @Test
    void aContainerThatRestartsBeforeItsLogIsReadIsStillReadItself() {
        String alerted = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        String restarted = TestPods.newContainerId();
        AtomicInteger calls = new AtomicInteger();
        ApiProxy.Fault restart = call -> {
            if (!call.uri().contains("/log?")) {
                return Optional.empty();
            }
            if (calls.getAndIncrement() == 0) {
                TestPods.restart(client, pod, alerted, restarted);
            }
            return Optional.of(new ApiProxy.Answer(
                    200,
                    Map.of("Content-Type", "text/plain"),
                    call.uri().contains("previous")
                            ? "2026-06-18T19:14:00.000000000Z alerted\n"
                            : "2026-06-18T19:14:00.000000000Z restarted\n"));
        };

        snapshot(RecordedAlert.shellIn(pod), restart).then().statusCode(200).body("details.complete", equalTo(true));

        EvidenceFolder evidence = EvidenceFolder.in(store);
        assertThat(evidence.entry("web", true).path("containerId").asText()).isEqualTo(alerted);
        assertThat(evidence.log(evidence.entry("web", true)))
                .isEqualTo("2026-06-18T19:14:00.000000000Z alerted\n".getBytes(US_ASCII));
        assertThat(evidence.entry("web", false).path("containerId").asText()).isEqualTo(restarted);
        assertThat(evidence.log("web")).isEqualTo("2026-06-18T19:14:00.000000000Z restarted\n".getBytes(US_ASCII));
    }

    @Test
    void whoeverDeliversAgainMeanwhileIsToldToComeBack() {
        RecordedAlert alert = RecordedAlert.shellIn(pod);
        CompletableFuture<Integer> second = new CompletableFuture<>();
        CompletableFuture<FunctionProcess> running = new CompletableFuture<>();
        ApiProxy.Fault meanwhile = call -> {
            if (call.uri().contains("/log?") && !second.isDone()) {
                second.complete(Send.BINARY.to(running.join().uri(), alert).statusCode());
            }
            return logs(call);
        };
        try (ApiProxy proxy = ApiProxy.before(access, meanwhile);
                FunctionProcess function = ThisFunction.acting(proxy.access(), settings())) {
            running.complete(function);
            Send.BINARY.to(function.uri(), alert).then().statusCode(200).body("reason", equalTo("captured"));
            Send.BINARY.to(function.uri(), alert).then().statusCode(200).body("reason", equalTo("already-done"));
        }
        assertThat(second.join()).isEqualTo(503);
    }

    @Test
    void aManifestThatSaysNothingIsNotBelieved() throws IOException {
        snapshot(RecordedAlert.shellIn(pod), SnapshotIT::logs);
        Path manifest = EvidenceFolder.in(store).folder().resolve("manifest.json");
        String good = Files.readString(manifest);
        for (String bad : List.of("", "{}", "[]", good.replaceAll("(?s)\"objects\" : \\[.*", "\"objects\":[]}"))) {
            Files.writeString(manifest, bad);
            assertThat(EvidenceFolder.verify("file://" + manifest.getParent(), Map.of()))
                    .isEqualTo(1);
        }
    }
}
