package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** How many are restricted, and for how long. */
@ConfigMapping(prefix = "restrict-access")
interface RestrictAccessSettings {
    /** Pods, and users, restricted at the same time, over all replicas; 20 at most. */
    @WithDefault("20")
    @WithConverter(OneToTwenty.class)
    int max();

    /** The identity is freed after that time; by default never. */
    Optional<@WithConverter(Durations.SecondOrMore.class) Duration> expiresAfter();

    /** The schema of the restrictions allows no more than twenty. */
    final class OneToTwenty implements Converter<Integer> {
        private static final long serialVersionUID = 1;

        @Override
        public Integer convert(String text) {
            if (!text.strip().matches("[1-9]|1\\d|20")) {
                throw new IllegalArgumentException("it is no number from 1 to 20");
            }
            return Integer.valueOf(text.strip());
        }
    }
}
