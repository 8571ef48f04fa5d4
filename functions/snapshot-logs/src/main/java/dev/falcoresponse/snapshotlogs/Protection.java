package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.settings.SettingReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** How a bucket keeps an object: encrypted, and locked until some day. */
record Protection(Optional<Encryption> encryption, Optional<Retention> retention) {
    static final Protection NONE = new Protection(Optional.empty(), Optional.empty());

    /**
     * Encryption by the store.
     *
     * @param key the KMS key's id; empty for the store's default
     */
    record Encryption(ServerSideEncryption algorithm, String key) {
        private static final Pattern WRITTEN = Pattern.compile("(AES256|aws:kms|aws:kms:dsse)(?:/(.+))?");

        /** {@code AES256}, {@code aws:kms}, or {@code aws:kms/<key id>}. */
        static Encryption parse(String text) {
            Matcher written = WRITTEN.matcher(text);
            boolean fits = written.matches() && (written.group(2) == null || !text.startsWith("AES256"));
            if (!fits) {
                throw new IllegalArgumentException("it is none of AES256, aws:kms, aws:kms/<key id>");
            }
            return new Encryption(
                    ServerSideEncryption.fromValue(written.group(1)),
                    Optional.ofNullable(written.group(2)).orElse(""));
        }
    }

    /** How long nobody may delete it; in compliance mode nobody at all, not even the bucket's owner. */
    record Retention(ObjectLockMode mode, Duration time) {
        private static final Pattern WRITTEN = Pattern.compile("(governance|compliance)/(\\S+)");

        /** {@code governance/30d} or {@code compliance/365d}. */
        static Retention parse(String text) {
            Matcher written = WRITTEN.matcher(text);
            if (!written.matches()) {
                throw new IllegalArgumentException("it is not like governance/30d or compliance/365d");
            }
            ObjectLockMode mode =
                    written.group(1).equals("compliance") ? ObjectLockMode.COMPLIANCE : ObjectLockMode.GOVERNANCE;
            return new Retention(mode, SettingReader.duration(written.group(2), Duration.ofDays(1)));
        }
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

    void apply(CreateMultipartUploadRequest.Builder request, Instant now) {
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
