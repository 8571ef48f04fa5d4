package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.settings.Durations;
import io.fabric8.kubernetes.api.model.Quantity;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** What is stored, and where. */
@ConfigMapping(prefix = "snapshot-logs")
interface SnapshotLogsSettings {
    /**
     * {@code file:///evidence}, or {@code s3://bucket/prefix} with the AWS SDK's own variables ({@code AWS_REGION},
     * {@code AWS_ACCESS_KEY_ID}, ...; with {@code AWS_ENDPOINT_URL_S3} the bucket goes into the path, as MinIO needs it).
     */
    @WithConverter(StoreReader.class)
    URI store();

    /** Of each log, in bytes: the newest part. */
    @WithDefault("10Mi")
    @WithConverter(BytesReader.class)
    long maxBytes();

    /** How old the oldest line may be, in whole seconds: {@code 1h}; by default any. */
    Optional<@WithConverter(SinceReader.class) Duration> since();

    /** How a bucket encrypts objects: {@code AES256}, {@code aws:kms}, {@code aws:kms/<key id>}. */
    Optional<@WithConverter(Encryption.Reader.class) Encryption> s3Sse();

    /** Object Lock of a bucket: {@code governance/30d}, {@code compliance/365d}. */
    Optional<@WithConverter(Retention.Reader.class) Retention> s3Retain();

    /** Reads the address of a store. */
    final class StoreReader implements Converter<URI> {
        private static final long serialVersionUID = 1;

        @Override
        public URI convert(String text) {
            return StoreAddress.parse(text.strip());
        }
    }

    /** Reads a number of bytes as Kubernetes writes quantities: {@code 10Mi}, {@code 500k}. */
    final class BytesReader implements Converter<Long> {
        private static final long serialVersionUID = 1;
        private static final long MIN = 1024;

        @Override
        public Long convert(String text) {
            long bytes;
            try {
                bytes = Quantity.getAmountInBytes(Quantity.parse(text.strip())).longValueExact();
            } catch (ArithmeticException | IllegalArgumentException e) {
                throw new IllegalArgumentException("it is no number of bytes, such as 10Mi", e);
            }
            if (bytes < MIN) {
                throw new IllegalArgumentException("it is less than " + MIN + " bytes");
            }
            return bytes;
        }
    }

    /** Reads whole seconds from one second on. */
    final class SinceReader implements Converter<Duration> {
        private static final long serialVersionUID = 1;

        @Override
        public Duration convert(String text) {
            Durations.parse(text, Duration.ofSeconds(1));
            return new Durations.WholeSeconds().convert(text);
        }
    }
}
