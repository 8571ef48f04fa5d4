package dev.falcoresponse.snapshotlogs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Encryption by the bucket.
 *
 * @param key the KMS key's id; empty for the store's default
 */
record Encryption(ServerSideEncryption algorithm, String key) {
    /** Reads {@code AES256}, {@code aws:kms}, or {@code aws:kms/<key id>}. */
    public static final class Reader implements Converter<Encryption> {
        private static final long serialVersionUID = 1;
        private static final Pattern WRITTEN = Pattern.compile("(AES256|aws:kms|aws:kms:dsse)(?:/(.+))?");

        @Override
        public Encryption convert(String text) {
            Matcher written = WRITTEN.matcher(text.strip());
            boolean fits = written.matches() && (written.group(2) == null || !text.startsWith("AES256"));
            if (!fits) {
                throw new IllegalArgumentException("it is none of AES256, aws:kms, aws:kms/<key id>");
            }
            return new Encryption(
                    ServerSideEncryption.fromValue(written.group(1)),
                    Optional.ofNullable(written.group(2)).orElse(""));
        }
    }
}
