package dev.falcoresponse.notifyfalcosidekick;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import org.eclipse.microprofile.config.spi.Converter;

/** Where Falcosidekick is. */
@ConfigMapping(prefix = "notify-falcosidekick")
interface NotifyFalcosidekickSettings {
    /** Where Falco's Helm chart installs it, as release {@code falco} in the namespace {@code falco}. */
    String CHART = "http://falco-falcosidekick.falco:2801";

    /** Falcosidekick's address. */
    @WithDefault(CHART)
    @WithConverter(AddressReader.class)
    URI url();

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
