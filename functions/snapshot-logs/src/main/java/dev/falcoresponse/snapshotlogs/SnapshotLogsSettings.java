package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.settings.SettingReader;
import io.fabric8.kubernetes.api.model.Quantity;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What is secured, and where.
 *
 * @param maxBytes of each container's log; of a longer one the newest end is kept
 * @param since how old the oldest line may be; empty: any
 */
record SnapshotLogsSettings(URI store, long maxBytes, Optional<Duration> since, Protection protection) {
    private static final long LEAST = 1024;

    static SnapshotLogsSettings read(SettingReader reader) {
        Optional<URI> store =
                reader.value("snapshot-logs.store", Optional.empty(), text -> Optional.of(requireStore(text)));
        return new SnapshotLogsSettings(
                store.orElseThrow(() -> new ConfigurationException("SNAPSHOT_LOGS_STORE is missing: say where evidence"
                        + " is kept, such as file:///evidence or s3://bucket/prefix.")),
                reader.value("snapshot-logs.max-bytes", 10L * 1024 * 1024, SnapshotLogsSettings::bytes),
                reader.value(
                        "snapshot-logs.since",
                        Optional.empty(),
                        text -> Optional.of(SettingReader.duration(text, Duration.ofSeconds(1)))),
                new Protection(
                        reader.value(
                                "snapshot-logs.s3-sse",
                                Optional.empty(),
                                text -> Optional.of(Protection.Encryption.parse(text))),
                        reader.value(
                                "snapshot-logs.s3-retain",
                                Optional.empty(),
                                text -> Optional.of(Protection.Retention.parse(text)))));
    }

    static URI requireStore(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wrong(), e);
        }
        boolean file = "file".equals(uri.getScheme())
                && uri.getHost() == null
                && uri.getPath() != null
                && uri.getPath().startsWith("/")
                && uri.getPath().length() > 1;
        boolean s3 = "s3".equals(uri.getScheme()) && uri.getHost() != null && uri.getPath() != null;
        if ((!file && !s3) || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(wrong());
        }
        return uri;
    }

    private static String wrong() {
        return "it is neither file:///folder nor s3://bucket/prefix";
    }

    /** A number as Kubernetes writes quantities: {@code 10Mi}, {@code 500k}. */
    private static long bytes(String text) {
        try {
            BigDecimal bytes = Quantity.getAmountInBytes(Quantity.parse(text));
            long exact = bytes.longValueExact();
            if (exact >= LEAST) {
                return exact;
            }
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new IllegalArgumentException("it is no number of bytes, such as 10Mi", e);
        }
        throw new IllegalArgumentException("it is less than " + LEAST + " bytes");
    }

    /** Opens the store; asks it nothing yet. */
    static EvidenceStore open(URI store, Map<String, String> environment, Protection protection) {
        return "file".equals(store.getScheme())
                ? new FileStore(Path.of(store.getPath()))
                : S3Store.open(store, environment, protection);
    }
}
