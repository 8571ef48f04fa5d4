package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** Where Falcosidekick is, and how often it is told. */
@ConfigMapping(prefix = "notify-falcosidekick")
interface NotifyFalcosidekickSettings {
    /** Where Falco's Helm chart installs it, as release {@code falco} in the namespace {@code falco}. */
    String CHART = "http://falco-falcosidekick.falco:2801";

    /** Falcosidekick's address. */
    @WithDefault(CHART)
    @WithConverter(AddressReader.class)
    URI url();

    /**
     * For how long the answers to one alert are collected into one notification, {@code 10s} at most; by default each is told at
     * once.
     */
    Optional<@WithConverter(WindowReader.class) Duration> window();

    /** Reads a window. */
    final class WindowReader implements Converter<Duration> {
        private static final long serialVersionUID = 1;

        /** A broker waits thirty seconds for the answer to a delivery. */
        private static final Duration MAX = Duration.ofSeconds(10);

        @Override
        public Duration convert(String text) {
            Duration window = Durations.parse(text, Duration.ZERO);
            if (window.toMillis() < 1 || window.compareTo(MAX) > 0) {
                throw new IllegalArgumentException("it is not between 1ms and 10s");
            }
            return window;
        }
    }

    /** Reads an HTTP address. */
    final class AddressReader implements Converter<URI> {
        private static final long serialVersionUID = 1;

        @Override
        public URI convert(String text) {
            URI url = URI.create(text.strip());
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!http || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException("it is no address such as " + CHART);
            }
            return URI.create(text.strip().endsWith("/") ? text.strip() : text.strip() + "/");
        }
    }
}
