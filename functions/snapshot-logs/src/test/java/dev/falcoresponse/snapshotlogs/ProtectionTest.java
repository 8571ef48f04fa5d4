package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
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

/** What a bucket is asked for; the S3 server of the other tests knows neither locks nor keys. */
final class ProtectionTest {
    private static final Protection PROTECTION = new Protection(
            Optional.of(Protection.Encryption.parse("aws:kms/alias-1")),
            Optional.of(Protection.Retention.parse("compliance/30d")));
    private static final String UPLOAD =
            "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";

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
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        asked.put(exchange.getRequestMethod() + " " + query.replaceFirst("=.*", ""), exchange.getRequestHeaders());
        byte[] body = query.equals("uploads") ? UPLOAD.getBytes(UTF_8) : new byte[0];
        exchange.getResponseHeaders().add("ETag", "\"1\"");
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
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

        assertProtected("PUT ");
        assertThat(headers("PUT ").getFirst("If-None-Match")).isEqualTo("*");
    }

    @Test
    void soIsALargeOne() throws IOException {
        assertThat(store.putIfAbsent("large", Contents.of(new byte[9 * 1024 * 1024])))
                .isTrue();

        assertProtected("POST uploads");
        assertThat(headers("POST uploadId").getFirst("If-None-Match")).isEqualTo("*");
    }
}
