package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** Which workloads are suspended, and when. */
@ConfigMapping(prefix = "suspend-workload")
interface SuspendWorkloadSettings {
    /** The kinds of workloads that are suspended. */
    @WithDefault("Deployment,StatefulSet,CronJob,Job")
    List<@WithConverter(KindReader.class) WorkloadKind> kinds();

    /** {@code 3/10m}: only when that many alerts led to the same workload within that time. */
    Optional<@WithConverter(ThresholdReader.class) Threshold> after();

    /** The workload is resumed after that time; by default never. */
    Optional<@WithConverter(Durations.SecondOrMore.class) Duration> expiresAfter();

    /** A number of alerts within a time. */
    record Threshold(int alerts, Duration window) {
        @Override
        public String toString() {
            return alerts + "/" + Durations.text(window);
        }
    }

    /** Reads the name of a kind. */
    final class KindReader implements Converter<WorkloadKind> {
        private static final long serialVersionUID = 1;

        @Override
        public WorkloadKind convert(String text) {
            return WorkloadKind.named(text.strip())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "\"" + text.strip() + "\" is none of Deployment, StatefulSet, CronJob, Job"));
        }
    }

    /** Reads {@code <alerts>/<duration>}. */
    final class ThresholdReader implements Converter<Threshold> {
        private static final long serialVersionUID = 1;
        private static final Pattern WRITTEN = Pattern.compile("([1-9]\\d{0,3})/(\\S+)");

        @Override
        public Threshold convert(String text) {
            Matcher written = WRITTEN.matcher(text.strip());
            if (!written.matches()) {
                throw new IllegalArgumentException("it is not <alerts>/<duration>, such as 3/10m");
            }
            return new Threshold(
                    Integer.parseInt(written.group(1)), Durations.parse(written.group(2), Duration.ofSeconds(1)));
        }
    }
}
