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
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What is secured, and where.
 *
 * @param maxBytes of each container's log; of a longer one the newest end is kept
 * @param since how old the oldest line may be; empty: any
 */
record SnapshotLogsSettings(URI store, long maxBytes, Optional<Duration> since, Protection protection) {
    private static final long LEAST = 1024;
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    static SnapshotLogsSettings read(SettingReader reader) {
        Optional<URI> store =
                reader.value("snapshot-logs.store", Optional.empty(), text -> Optional.of(requireStore(text)));
        SnapshotLogsSettings settings = new SnapshotLogsSettings(
                store.orElseThrow(() -> new ConfigurationException("SNAPSHOT_LOGS_STORE is missing: say where evidence"
                        + " is kept, such as file:///evidence or s3://bucket/prefix.")),
                reader.value("snapshot-logs.max-bytes", 10L * 1024 * 1024, SnapshotLogsSettings::bytes),
                reader.value("snapshot-logs.since", Optional.empty(), text -> Optional.of(since(text))),
                new Protection(
                        reader.value(
                                "snapshot-logs.s3-sse",
                                Optional.empty(),
                                text -> Optional.of(Protection.Encryption.parse(text))),
                        reader.value(
                                "snapshot-logs.s3-retain",
                                Optional.empty(),
                                text -> Optional.of(Protection.Retention.parse(text)))));
        boolean file = "file".equals(settings.store().getScheme());
        if (file && !settings.protection().equals(Protection.NONE)) {
            throw new ConfigurationException(
                    "SNAPSHOT_LOGS_S3_* has no effect with a SNAPSHOT_LOGS_STORE that is a" + " folder. Leave it out.");
        }
        return settings;
    }

    private static Duration since(String text) {
        Duration since = SettingReader.duration(text, Duration.ofSeconds(1));
        if (!since.equals(Duration.ofSeconds(since.toSeconds()))) {
            throw new IllegalArgumentException("it is no whole number of seconds");
        }
        return since;
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
        boolean s3 = "s3".equals(uri.getScheme())
                && uri.getAuthority() != null
                && BUCKET.matcher(uri.getAuthority()).matches()
                && uri.getPath() != null;
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
        try {
            return "file".equals(store.getScheme())
                    ? new FileStore(Path.of(store.getPath()))
                    : S3Store.open(store, environment, protection);
        } catch (SdkException e) {
            throw new ConfigurationException(
                    "SNAPSHOT_LOGS_STORE is \"" + store + "\": the AWS SDK is not set up for it: " + e.getMessage());
        }
    }
}
