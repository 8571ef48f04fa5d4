package dev.falcoresponse.snapshotlogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.S3Server;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases that people reported from the field. */
@NeedsKubeApiServer
class FieldCasesIT {
    private static final String LINE = "2026-11-26T07:00:00.5Z hello\n";

    /** As the case has it. */
    private static final String EXCUSE =
            "failed to try resolving symlinks in path \"/var/log/pods/shop_web-0/app/0.log\":"
                    + " lstat /var/log/pods/shop_web-0/app/0.log: no such file or directory";

    private final KubeApiServer server;
    private final KubernetesClient client;
    private final String namespace;

    @TempDir
    private Path store;

    FieldCasesIT(KubeApiServer server) {
        this.server = server;
        client = server.client();
        namespace = server.newNamespace();
    }

    private static ApiProxy.Fault kubelet(String log) {
        return call -> call.uri().contains("/log?")
                ? Optional.of(new ApiProxy.Answer(200, Map.of("Content-Type", "text/plain"), log))
                : Optional.empty();
    }

    private ValidatableResponse snapshot(RecordedAlert alert, String log) {
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), kubelet(log));
                FunctionProcess function =
                        ThisFunction.acting(proxy.access(), Map.of("SNAPSHOT_LOGS_STORE", "file://" + store))) {
            return Send.BINARY.to(function.uri(), alert).then().statusCode(200);
        }
    }

    @Test
    void case02AStaticPodAndTheEventsOfItsConfigHashAreCaptured() {
        String hash = "5d2e9c0f41b7a83694c1f0e2d7b6a583";
        TestPods.create(
                client,
                namespace,
                "etcd-cp-1",
                pod -> TestPods.onNode("node-1")
                        .apply(pod)
                        .editMetadata()
                        .addToAnnotations("kubernetes.io/config.hash", hash)
                        .addToAnnotations("kubernetes.io/config.mirror", hash)
                        .endMetadata());
        client.v1()
                .events()
                .inNamespace(namespace)
                .resource(new EventBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("etcd-cp-1.17")
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind("Pod")
                        .withNamespace(namespace)
                        .withName("etcd-cp-1")
                        .withUid(hash)
                        .endInvolvedObject()
                        .withReason("Started")
                        .withMessage("Started container etcd, says the kubelet")
                        .build())
                .create();

        snapshot(RecordedAlert.fieldCase("02-static-pod-config-hash-uid").about(namespace, "etcd-cp-1"), LINE)
                .body("reason", equalTo("captured"), "identity", equalTo("uid"));
        assertThat(EvidenceFolder.in(store).text("events.yaml")).contains("says the kubelet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", LINE})
    void case03AnErrorOfTheKubeletIsNoLogNorTheEndOfOne(String before) {
        Pod pod = TestPods.create(client, namespace, "web-0");

        snapshot(RecordedAlert.fieldCase("03-kubelet-error-instead-of-log").about(pod), before + EXCUSE)
                .body("details.complete", equalTo(false));

        assertThat(EvidenceFolder.files(store)).noneMatch(file -> file.matches(".*[0-9a-f]{12}\\.log\\.gz"));
        assertThat(EvidenceFolder.in(store).manifest().toString()).contains("no such file or directory");
    }

    /** An older pod of that name, with an alert that has nothing but a time. */
    @Test
    void case05WhatOnlyReadsGoesOnAndSaysHowThePodWasIdentified() {
        TestPods.create(client, namespace, "web-0");

        snapshot(RecordedAlert.fieldCase("05-gke-audit-late-receive-time").about(namespace, "web-0"), LINE)
                .body("reason", equalTo("captured"), "identity", equalTo("age"));
    }

    /** A bucket in memory without conditional writes: it ignores the condition, or refuses it. */
    private static HttpServer plainBucket(boolean refuses) throws IOException {
        Map<String, byte[]> objects = new ConcurrentHashMap<>();
        HttpServer bucket = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        bucket.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String key = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("PUT")) {
                byte[] found = objects.get(key);
                answer(
                        exchange,
                        found == null ? 404 : 200,
                        found == null ? "<Error><Code>NoSuchKey</Code></Error>" : "");
            } else if (refuses && exchange.getRequestHeaders().containsKey("If-None-Match")) {
                answer(
                        exchange,
                        501,
                        "<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is"
                                + " not implemented</Message><Header>If-None-Match</Header></Error>");
            } else {
                objects.put(key, body);
                answer(exchange, 200, "");
            }
        });
        bucket.start();
        return bucket;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("ETag", "\"x\"");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void case12ABucketWithoutConditionalWritesIsNoStore(boolean refuses) throws IOException {
        Pod pod = TestPods.create(client, namespace, "web-0");
        HttpServer bucket = plainBucket(refuses);
        Map<String, String> settings =
                new HashMap<>(S3Server.environment(bucket.getAddress().getPort()));
        settings.put("SNAPSHOT_LOGS_STORE", "s3://evidence/e");
        settings.put("RESPONSE_DRY_RUN", "true");
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), kubelet(LINE));
                FunctionProcess function = FunctionProcess.start(ThisFunction.TARGET, proxy.access(), settings)) {
            function.awaitNotReady("s3://evidence/e/");
            Send.BINARY
                    .to(
                            function.uri(),
                            RecordedAlert.fieldCase("12-bucket-without-conditional-put")
                                    .about(pod))
                    .then()
                    .body("outcome", equalTo("failed"), "reason", equalTo("storage"));
        } finally {
            bucket.stop(0);
        }
    }
}
