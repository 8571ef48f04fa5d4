package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.settings.Durations;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;

/** How long an object cannot be deleted; in compliance mode by nobody at all, not even the bucket's owner. */
record Retention(ObjectLockMode mode, Duration time) {
    /** Reads {@code governance/30d} or {@code compliance/365d}. */
    public static final class Reader implements Converter<Retention> {
        private static final long serialVersionUID = 1;
        private static final Pattern WRITTEN = Pattern.compile("(governance|compliance)/(\\S+)");

        @Override
        public Retention convert(String text) {
            Matcher written = WRITTEN.matcher(text.strip());
            if (!written.matches()) {
                throw new IllegalArgumentException("it is not like governance/30d or compliance/365d");
            }
            ObjectLockMode mode =
                    written.group(1).equals("compliance") ? ObjectLockMode.COMPLIANCE : ObjectLockMode.GOVERNANCE;
            return new Retention(mode, Durations.parse(written.group(2), Duration.ofDays(1)));
        }
    }
}
