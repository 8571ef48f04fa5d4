package dev.falcoresponse.requestapproval;

import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** For which action people are asked, and how long a request waits for them. */
@ConfigMapping(prefix = "request-approval")
interface RequestApprovalSettings {
    /** The action that is asked for, such as {@code delete-pod}. */
    @WithName("for")
    @WithConverter(ActionName.class)
    String action();

    /** How long a request is open. */
    @WithDefault("15m")
    @WithConverter(Durations.SecondOrMore.class)
    Duration expiresAfter();

    /** Reads an action's name. */
    final class ActionName implements Converter<String> {
        private static final long serialVersionUID = 1;

        @Override
        public String convert(String text) {
            String name = text.strip();
            if (!name.matches("[a-z]+(-[a-z]+)*") || name.length() > 50 || name.equals(RequestApproval.NAME)) {
                throw new IllegalArgumentException("it is no action that can be approved, such as delete-pod");
            }
            return name;
        }
    }
}
