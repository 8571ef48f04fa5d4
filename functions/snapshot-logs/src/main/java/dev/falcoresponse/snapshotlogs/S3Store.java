package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket. An object is written only if there is none of its key ({@code If-None-Match: *}), large ones in parts that
 * become an object in one step.
 *
 * <p>Endpoint, region and keys are the AWS SDK's own settings; with an endpoint of one's own the bucket goes into the path.
 */
final class S3Store implements EvidenceStore {
    /** Larger objects go in parts of this size. */
    private static final int PART = 8 * 1024 * 1024;

    private static final int EXISTS = 412;

    /** Two writers at once: whoever comes second is told so. */
    private static final int CONFLICT = 409;

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
        S3Client client = client(ownEndpoint);
        String path = uri.getPath().replaceFirst("^/", "").replaceFirst("/$", "");
        return new S3Store(client, uri.getAuthority(), path.isEmpty() ? "" : path + "/", protection);
    }

    private static S3Client client(boolean ownEndpoint) {
        return S3Client.builder()
                .forcePathStyle(ownEndpoint)
                // a checksum behind the body is what not every store understands: MD5 goes before it
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .httpClient(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(5))
                        .socketTimeout(Duration.ofSeconds(10))
                        .build())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallTimeout(Duration.ofSeconds(20))
                        // repeating is the broker's
                        .retryStrategy(retries -> retries.maxAttempts(2))
                        .build())
                .build();
    }

    @Override
    public boolean putIfAbsent(String key, Content content) throws IOException {
        try {
            if (content.size() > PART) {
                putParts(prefix + key, content);
            } else {
                put(prefix + key, content);
            }
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == EXISTS || e.statusCode() == CONFLICT) {
                return false;
            }
            throw failed(key, e);
        } catch (SdkException e) {
            throw failed(key, e);
        }
    }

    private void put(String key, Content content) throws IOException {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(bucket).key(key).ifNoneMatch("*");
        protection.apply(request, Instant.now());
        try (InputStream in = content.open()) {
            byte[] bytes = in.readAllBytes();
            s3.putObject(request.contentMD5(Digests.md5(bytes)).build(), RequestBody.fromBytes(bytes));
        }
    }

    private void putParts(String key, Content content) throws IOException {
        CreateMultipartUploadRequest.Builder request =
                CreateMultipartUploadRequest.builder().bucket(bucket).key(key);
        protection.apply(request, Instant.now());
        String upload = s3.createMultipartUpload(request.build()).uploadId();
        boolean done = false;
        try (InputStream in = content.open()) {
            List<CompletedPart> parts = parts(key, upload, in);
            s3.completeMultipartUpload(complete -> complete.bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .ifNoneMatch("*")
                    .multipartUpload(all -> all.parts(parts)));
            done = true;
        } finally {
            if (!done) {
                abort(key, upload);
            }
        }
    }

    private List<CompletedPart> parts(String key, String upload, InputStream in) throws IOException {
        List<CompletedPart> parts = new ArrayList<>();
        for (byte[] bytes = in.readNBytes(PART); bytes.length > 0; bytes = in.readNBytes(PART)) {
            int number = parts.size() + 1;
            String md5 = Digests.md5(bytes);
            String tag = s3.uploadPart(
                            part -> part.bucket(bucket)
                                    .key(key)
                                    .uploadId(upload)
                                    .partNumber(number)
                                    .contentMD5(md5),
                            RequestBody.fromBytes(bytes))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
        }
        return parts;
    }

    /** What remains otherwise is no object, but costs. */
    private void abort(String key, String upload) {
        try {
            s3.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            // the store is gone: its own rules for unfinished uploads must do
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

    /** An upload that is begun and given up needs the right to write, and leaves nothing. */
    @Override
    public void check(String under) throws IOException {
        String key = prefix + under + "check";
        try {
            CreateMultipartUploadRequest.Builder request =
                    CreateMultipartUploadRequest.builder().bucket(bucket).key(key);
            protection.apply(request, Instant.now());
            String upload = s3.createMultipartUpload(request.build()).uploadId();
            s3.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            throw failed(under, e);
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
