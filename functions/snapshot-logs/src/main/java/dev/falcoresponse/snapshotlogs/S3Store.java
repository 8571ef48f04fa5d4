package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket. An object is written by one request, and only if there is none of its key ({@code If-None-Match: *}).
 *
 * <p>Endpoint, region and keys are the AWS SDK's own settings; with an endpoint of one's own the bucket is part of the path.
 */
final class S3Store implements EvidenceStore {
    /** The object that shows whether the bucket honours conditional writes. */
    private static final String CHECK = "falco-response-check";

    private static final int EXISTS = 412;

    /** Another writer was faster, or failed: only a further attempt tells. */
    private static final int CONFLICT = 409;

    private static final int ATTEMPTS = 3;

    private final S3Client s3;
    private final String bucket;
    private final String prefix;
    private final Protection protection;

    private S3Store(S3Client s3, String bucket, String prefix, Protection protection) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
        this.protection = protection;
    }

    static S3Store open(URI uri, Map<String, String> environment, Protection protection) {
        boolean ownEndpoint =
                environment.containsKey("AWS_ENDPOINT_URL_S3") || environment.containsKey("AWS_ENDPOINT_URL");
        String path = uri.getPath().replaceFirst("^/", "").replaceFirst("/$", "");
        return new S3Store(client(ownEndpoint), uri.getAuthority(), path.isEmpty() ? "" : path + "/", protection);
    }

    private static S3Client client(boolean ownEndpoint) {
        return S3Client.builder()
                .forcePathStyle(ownEndpoint)
                // not every store understands a checksum behind the body: Content-MD5 precedes it
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .httpClient(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(5))
                        .socketTimeout(Duration.ofSeconds(10))
                        .build())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallTimeout(Duration.ofSeconds(20))
                        // the broker repeats
                        .retryStrategy(retries -> retries.maxAttempts(2))
                        .build())
                .build();
    }

    @Override
    public boolean putIfAbsent(String key, Content content) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                put(key, content);
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == EXISTS) {
                    return false;
                }
                if (e.statusCode() != CONFLICT || attempt == ATTEMPTS) {
                    throw failed(key, e);
                }
            } catch (SdkException e) {
                throw failed(key, e);
            }
        }
    }

    private void put(String key, Content content) throws IOException {
        String md5;
        try (InputStream in = content.open()) {
            md5 = Digests.md5(in);
        }
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(bucket)
                .key(prefix + key)
                .ifNoneMatch("*")
                .contentMD5(md5);
        protection.apply(request, Instant.now());
        s3.putObject(
                request.build(),
                RequestBody.fromContentProvider(() -> open(content), content.size(), "application/octet-stream"));
    }

    private static InputStream open(Content content) {
        try {
            return content.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<InputStream> read(String key) throws IOException {
        try {
            return Optional.of(s3.getObject(get -> get.bucket(bucket).key(prefix + key)));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failed(key, e);
        }
    }

    /** Writes the same object twice: the second time it must be refused. */
    @Override
    public void check() throws IOException {
        Content content = Contents.of("Conditional writes are honoured.\n".getBytes(StandardCharsets.UTF_8));
        boolean first = putIfAbsent(CHECK, content);
        if (first && putIfAbsent(CHECK, content)) {
            throw new IOException(
                    location(CHECK) + " was overwritten: the bucket ignores If-None-Match, so that evidence"
                            + " would not be safe there");
        }
    }

    private IOException failed(String key, SdkException e) {
        return new IOException(location(key) + ": " + e.getMessage(), e);
    }

    @Override
    public String location(String under) {
        return "s3://" + bucket + "/" + prefix + under;
    }

    @Override
    public void close() {
        s3.close();
    }
}
