package dev.falcoresponse.settings;

import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/** Durations as operators write them: {@code 500ms}, {@code 30s}, {@code 15m}, {@code PT1H}. */
public final class Durations {
    /** A hundred years: a longer duration is a typing error, and would overflow what is computed with it. */
    private static final Duration MAX = Duration.ofDays(36_500);

    private Durations() {}

    /** As an operator would write it. */
    public static String text(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException when it is none, or shorter than the minimum
     */
    public static Duration parse(String text, Duration min) {
        Duration duration;
        try {
            duration = DurationConverter.parseDuration(text.strip());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("it is no duration, such as 500ms, 30s or 15m", e);
        }
        if (duration == null || duration.compareTo(min) < 0 || duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("it is not between " + min.toMillis() + "ms and " + MAX.toDays() + "d");
        }
        return duration;
    }

    /** From zero on. */
    public static final class ZeroOrMore implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return parse(text, Duration.ZERO);
        }
    }

    /** From a millisecond on. */
    public static final class Positive implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return parse(text, Duration.ofMillis(1));
        }
    }

    /** From a second on. */
    public static final class SecondOrMore implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return parse(text, Duration.ofSeconds(1));
        }
    }

    /** In whole seconds, as Kubernetes counts; zero only when it is written out. */
    public static final class WholeSeconds implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration duration = parse(text, Duration.ZERO);
            if (!duration.equals(Duration.ofSeconds(duration.toSeconds()))) {
                throw new IllegalArgumentException("it is no whole number of seconds");
            }
            return duration;
        }
    }
}
