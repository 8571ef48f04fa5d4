package dev.falcoresponse.snapshotlogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests to a bucket: the S3 server of the other tests knows neither object locks nor encryption. */
final class ProtectionTest {
    private static final Protection PROTECTION = new Protection(
            Optional.of(new Encryption.Reader().convert("aws:kms/alias-1")),
            Optional.of(new Retention.Reader().convert("compliance/30d")));

    private final Map<String, Headers> asked = new ConcurrentHashMap<>();
    private HttpServer server;
    private EvidenceStore store;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/", this::answer);
        server.start();
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        System.setProperty("aws.endpointUrlS3", endpoint);
        System.setProperty("aws.region", "eu-central-1");
        System.setProperty("aws.accessKeyId", "key");
        System.setProperty("aws.secretAccessKey", "secret");
        store = S3Store.open(URI.create("s3://evidence/a"), Map.of("AWS_ENDPOINT_URL_S3", endpoint), PROTECTION);
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
        List.of("aws.endpointUrlS3", "aws.region", "aws.accessKeyId", "aws.secretAccessKey")
                .forEach(System::clearProperty);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        asked.put(exchange.getRequestMethod(), exchange.getRequestHeaders());
        exchange.getResponseHeaders().add("ETag", "\"1\"");
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private Headers headers(String request) {
        return asked.getOrDefault(request, new Headers());
    }

    private void assertProtected(String request) {
        Headers headers = headers(request);
        assertThat(headers.getFirst("x-amz-server-side-encryption")).isEqualTo("aws:kms");
        assertThat(headers.getFirst("x-amz-server-side-encryption-aws-kms-key-id"))
                .isEqualTo("alias-1");
        assertThat(headers.getFirst("x-amz-object-lock-mode")).isEqualTo("COMPLIANCE");
        assertThat(Instant.parse(headers.getFirst("x-amz-object-lock-retain-until-date")))
                .isCloseTo(Instant.now().plus(Duration.ofDays(30)), within(1, ChronoUnit.MINUTES));
    }

    @Test
    void aSmallObjectIsEncryptedAndLockedAndOverwritesNothing() throws IOException {
        assertThat(store.putIfAbsent("manifest.json", Contents.of(new byte[10])))
                .isTrue();

        assertProtected("PUT");
        assertThat(headers("PUT").getFirst("If-None-Match")).isEqualTo("*");
    }

    @Test
    void aLargeObjectIsWrittenByOneRequestToo() throws IOException {
        assertThat(store.putIfAbsent("large", Contents.of(new byte[9 * 1024 * 1024])))
                .isTrue();

        assertThat(asked).containsOnlyKeys("PUT");
        assertProtected("PUT");
        assertThat(headers("PUT").getFirst("If-None-Match")).isEqualTo("*");
    }

    @Test
    void aBucketThatOverwritesIsFoundOut() {
        assertThatThrownBy(store::check).isInstanceOf(IOException.class).hasMessageContaining("ignores If-None-Match");
    }
}
