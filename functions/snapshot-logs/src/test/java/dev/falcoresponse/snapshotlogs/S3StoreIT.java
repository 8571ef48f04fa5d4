package dev.falcoresponse.snapshotlogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FaultyWire;
import dev.falcoresponse.testing.FaultyWire.Fault;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.S3Server;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of a real S3 server (s3proxy, which honours If-None-Match), and faults of the connection to it. */
@NeedsKubeApiServer
class S3StoreIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What does not compress well, so that the stored log is large, too: 12 MB. */
    private static final String LINE = noise();

    private static S3Server server;
    private static S3Client s3;
    private static KubeApiServer kube;
    private final String bucket = "evidence-" + UUID.randomUUID();
    private ApiProxy proxy;
    private Pod pod;
    private RecordedAlert alert;

    private static String noise() {
        StringBuilder text = new StringBuilder();
        java.util.Random random = new java.util.Random(7);
        for (int line = 0; line < 300; line++) {
            text.append("2026-11-24T12:00:00.000000000Z ");
            for (int i = 0; i < 500; i++) {
                text.append((char) ('!' + random.nextInt(90)));
            }
            text.append('\n');
        }
        return text.toString();
    }

    @BeforeAll
    static void start(KubeApiServer apiServer) {
        kube = apiServer;
        server = S3Server.start();
        Map<String, String> environment = S3Server.environment(server.port());
        s3 = S3Client.builder()
                .endpointOverride(URI.create(environment.get("AWS_ENDPOINT_URL_S3")))
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"))))
                .build();
    }

    @AfterAll
    static void stop() {
        s3.close();
        server.close();
    }

    @BeforeEach
    void prepare() {
        s3.createBucket(create -> create.bucket(bucket));
        pod = TestPods.create(kube.client(), kube.newNamespace(), "web-0");
        alert = RecordedAlert.shellIn(pod);
        // there is no node here: the proxy serves the logs
        proxy = ApiProxy.before(
                ThisFunction.access(kube),
                call -> call.uri().contains("/log?")
                        ? Optional.of(new ApiProxy.Answer(200, Map.of("Content-Type", "text/plain"), LINE, 80))
                        : Optional.empty());
    }

    @AfterEach
    void end() {
        proxy.close();
    }

    private Map<String, String> settings(int port) {
        Map<String, String> settings = new HashMap<>(S3Server.environment(port));
        settings.put("SNAPSHOT_LOGS_STORE", "s3://" + bucket + "/cluster-1");
        settings.put("SNAPSHOT_LOGS_MAX_BYTES", "100Mi");
        settings.put("RESPONSE_COOLDOWN", "0s");
        return settings;
    }

    private ValidatableResponse snapshot(Map<String, String> settings) {
        try (FunctionProcess function = ThisFunction.acting(proxy.access(), settings)) {
            return Send.BINARY.to(function.uri(), alert).then();
        }
    }

    /** All but the object that shows whether the bucket honours conditional writes. */
    private List<String> keys() {
        return s3.listObjectsV2(list -> list.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .filter(key -> !key.endsWith("/falco-response-check"))
                .sorted()
                .toList();
    }

    private String prefix() {
        return "cluster-1/" + pod.getMetadata().getNamespace() + "/web-0/"
                + pod.getMetadata().getUid() + "/" + alert.member("uuid") + "/";
    }

    private String log() {
        String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        return "logs/web." + id.replaceFirst(".*://", "").substring(0, 12) + ".log.gz";
    }

    private byte[] object(String key) {
        return s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
    }

    private JsonNode manifest() throws Exception {
        return JSON.readTree(object(prefix() + "manifest.json"));
    }

    /** Each object that the manifest lists is there, as it says. */
    private void assertWhole() throws Exception {
        for (JsonNode object : manifest().path("objects")) {
            byte[] stored = object(prefix() + object.path("name").asText());
            assertThat(stored).hasSize(object.path("storedBytes").asInt());
            assertThat(Digests.sha256(stored))
                    .isEqualTo(object.path("storedSha256").asText());
        }
    }

    @Test
    void everythingIsThereAsTheManifestSays() throws Exception {
        snapshot(settings(server.port()))
                .statusCode(200)
                .body("reason", equalTo("captured"), "details.complete", equalTo(true))
                .body("details.location", equalTo("s3://" + bucket + "/" + prefix()))
                .body("details.manifestSha256", equalTo(Digests.sha256(object(prefix() + "manifest.json"))));

        assertThat(keys())
                .containsExactly(
                        prefix() + "alert.json", prefix() + log(), prefix() + "manifest.json", prefix() + "pod.yaml");
        assertWhole();
        assertThat(object(prefix() + log()).length).isGreaterThan(8 * 1024 * 1024);
    }

    @Test
    void theSameAlertOnceMoreFindsItDone() {
        snapshot(settings(server.port())).statusCode(200);

        snapshot(settings(server.port()))
                .statusCode(200)
                .body("outcome", equalTo("skipped"), "reason", equalTo("already-done"))
                .body("details.location", equalTo("s3://" + bucket + "/" + prefix()))
                .body("details.complete", equalTo(true));
    }

    @Test
    void whatIsThereIsNeverOverwritten() throws Exception {
        s3.putObject(put -> put.bucket(bucket).key(prefix() + "pod.yaml"), RequestBody.fromString("theirs"));

        snapshot(settings(server.port())).statusCode(200).body("reason", equalTo("captured"));

        assertThat(new String(object(prefix() + "pod.yaml"), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("theirs");
        assertWhole();
    }

    @Test
    void aPreviewTriesTheStoreAndStoresNoEvidence() {
        Map<String, String> settings = settings(server.port());
        settings.put("RESPONSE_DRY_RUN", "true");

        snapshot(settings)
                .statusCode(200)
                .body("outcome", equalTo("previewed"))
                .body("details.logs", equalTo(List.of("container web")));

        assertThat(keys()).isEmpty();
        assertThat(s3.listMultipartUploads(list -> list.bucket(bucket)).uploads())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dryRuns")
    void aBucketThatIsNotThereIsAFailure(String dryRun) {
        Map<String, String> settings = settings(server.port());
        settings.put("SNAPSHOT_LOGS_STORE", "s3://nowhere-" + UUID.randomUUID());
        settings.put("RESPONSE_DRY_RUN", dryRun);

        snapshot(settings).statusCode(503).body("outcome", equalTo("failed"), "reason", equalTo("storage"));
    }

    static Stream<String> dryRuns() {
        return Stream.of("true", "false");
    }

    @Test
    void credentialsThatAreNoGoodAreAFailure() {
        Map<String, String> settings = settings(server.port());
        settings.put("AWS_SECRET_ACCESS_KEY", "expired");

        snapshot(settings).statusCode(503).body("reason", equalTo("storage"));
        assertThat(keys()).isEmpty();
    }

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault.Status(500),
                new Fault.Status(503),
                new Fault.Silent(),
                new Fault.CutAfter(2_000),
                new Fault.CutAfter(5_000_000));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whateverIsWrongWithTheStoreNothingIsCalledCapturedAndARepetitionFinishesIt(Fault fault) throws Exception {
        try (FaultyWire wire = FaultyWire.to(server.port(), fault)) {
            snapshot(settings(wire.port()))
                    .statusCode(503)
                    .body("outcome", equalTo("failed"), "reason", equalTo("storage"))
                    .body("detail", containsString("The evidence store failed"));
        }
        assertThat(keys()).noneMatch(key -> key.endsWith("manifest.json"));

        // as a broker does: the store may still be processing the request that was cut off
        Waiting.until(
                "a repetition that finishes it",
                Duration.ofSeconds(60),
                () -> snapshot(settings(server.port())).extract().statusCode() == 200);

        assertWhole();
    }

    @Test
    void aStoreThatRefusesIsAFailure() {
        FaultyWire closed = FaultyWire.to(server.port(), new Fault.Silent());
        closed.close();

        snapshot(settings(closed.port())).statusCode(503).body("reason", equalTo("storage"));
    }

    @Test
    void theReaderForPeopleFindsWhatWasAltered() {
        snapshot(settings(server.port())).statusCode(200);
        String location = "s3://" + bucket + "/" + prefix();

        assertThat(read(location)).isZero();
        s3.putObject(put -> put.bucket(bucket).key(prefix() + "pod.yaml"), RequestBody.fromString("altered"));
        assertThat(read(location)).isEqualTo(1);
        s3.deleteObject(delete -> delete.bucket(bucket).key(prefix() + "pod.yaml"));
        assertThat(read(location)).isEqualTo(1);
    }

    private static int read(String location) {
        return EvidenceFolder.verify(location, S3Server.environment(server.port()));
    }
}
