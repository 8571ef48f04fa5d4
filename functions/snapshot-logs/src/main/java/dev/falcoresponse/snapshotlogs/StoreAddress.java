package dev.falcoresponse.snapshotlogs;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;

/** Addresses of evidence stores: a folder or a bucket. */
final class StoreAddress {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final String WRONG = "it is neither file:///folder nor s3://bucket/prefix";

    private StoreAddress() {}

    static URI parse(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(WRONG, e);
        }
        if ((!isFolder(uri) && !isBucket(uri)) || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(WRONG);
        }
        return uri;
    }

    static boolean isFolder(URI uri) {
        return "file".equals(uri.getScheme())
                && uri.getHost() == null
                && uri.getPath() != null
                && uri.getPath().startsWith("/")
                && uri.getPath().length() > 1;
    }

    private static boolean isBucket(URI uri) {
        return "s3".equals(uri.getScheme())
                && uri.getAuthority() != null
                && BUCKET.matcher(uri.getAuthority()).matches()
                && uri.getPath() != null;
    }

    /**
     * Opens a store; sends it no request yet.
     *
     * @throws ConfigurationException when the AWS SDK is not set up for it
     */
    static EvidenceStore open(URI address, Map<String, String> environment, Protection protection) {
        try {
            return isFolder(address)
                    ? new FileStore(Path.of(address.getPath()))
                    : S3Store.open(address, environment, protection);
        } catch (SdkException e) {
            throw new ConfigurationException(
                    "SNAPSHOT_LOGS_STORE is \"" + address + "\": the AWS SDK is not set up for it: " + e.getMessage());
        }
    }
}
