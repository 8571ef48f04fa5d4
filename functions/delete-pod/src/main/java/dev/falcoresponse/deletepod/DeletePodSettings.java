package dev.falcoresponse.deletepod;

import dev.falcoresponse.settings.Converters;
import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** How a pod is removed. */
@ConfigMapping(prefix = "delete-pod")
interface DeletePodSettings {
    /**
     * {@code delete}, or {@code evict}, which respects PodDisruptionBudgets; a pod with two of them can never be evicted (422 names
     * them).
     */
    @WithDefault("delete")
    @WithConverter(ModeReader.class)
    Mode mode();

    /** In whole seconds; with {@code 0s} the containers may keep running unseen. */
    @WithDefault("5s")
    @WithConverter(Durations.WholeSeconds.class)
    Duration gracePeriod();

    /** Which API removes the pod. */
    enum Mode {
        DELETE,
        /** Within what PodDisruptionBudgets allow. */
        EVICT
    }

    /** Reads {@code delete} or {@code evict}. */
    final class ModeReader implements Converter<Mode> {
        private static final long serialVersionUID = 1;

        @Override
        public Mode convert(String text) {
            return Converters.oneOf(text, Mode.values());
        }
    }
}
