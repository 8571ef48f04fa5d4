package dev.falcoresponse.snapshotlogs;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** How a bucket keeps objects: encrypted, and locked for some time. */
record Protection(Optional<Encryption> encryption, Optional<Retention> retention) {
    static final Protection NONE = new Protection(Optional.empty(), Optional.empty());

    /**
     * Reads the settings.
     *
     * @throws ConfigurationException when the store is a folder, which cannot protect objects
     */
    static Protection of(SnapshotLogsSettings settings) {
        Protection protection = new Protection(settings.s3Sse(), settings.s3Retain());
        if (StoreAddress.isFolder(settings.store()) && !protection.equals(NONE)) {
            throw new ConfigurationException(
                    "SNAPSHOT_LOGS_S3_* has no effect with a SNAPSHOT_LOGS_STORE that is a folder. Leave it out.");
        }
        return protection;
    }

    void apply(PutObjectRequest.Builder request, Instant now) {
        encryption.ifPresent(each -> {
            request.serverSideEncryption(each.algorithm());
            if (!each.key().isEmpty()) {
                request.ssekmsKeyId(each.key());
            }
        });
        retention.ifPresent(
                each -> request.objectLockMode(each.mode()).objectLockRetainUntilDate(now.plus(each.time())));
    }
}
