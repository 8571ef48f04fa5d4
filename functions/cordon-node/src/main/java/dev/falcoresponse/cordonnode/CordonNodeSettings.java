package dev.falcoresponse.cordonnode;

import dev.falcoresponse.settings.Durations;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** How many nodes are cordoned, and for how long. */
@ConfigMapping(prefix = "cordon-node")
interface CordonNodeSettings {
    /** Nodes that it keeps cordoned at the same time, over all replicas; 100 at most. */
    @WithDefault("1")
    @WithConverter(OneToHundred.class)
    int max();

    /** Ready, schedulable workers that must remain. */
    @WithDefault("2")
    @WithConverter(ZeroOrMore.class)
    int minSchedulable();

    /** The node is uncordoned after that time; by default never. */
    Optional<@WithConverter(Durations.SecondOrMore.class) Duration> expiresAfter();

    /** A whole number that is not negative. */
    final class ZeroOrMore implements Converter<Integer> {
        private static final long serialVersionUID = 1;

        @Override
        public Integer convert(String text) {
            if (!text.strip().matches("\\d{1,6}")) {
                throw new IllegalArgumentException("it is no number of nodes, such as 2");
            }
            return Integer.valueOf(text.strip());
        }
    }

    /** A whole number from 1 to 100. */
    final class OneToHundred implements Converter<Integer> {
        private static final long serialVersionUID = 1;
        private static final int MAX = 100;

        @Override
        public Integer convert(String text) {
            int number = new ZeroOrMore().convert(text);
            if (number == 0) {
                throw new IllegalArgumentException("with 0 no node could ever be cordoned");
            }
            if (number > MAX) {
                throw new IllegalArgumentException(
                        "each alert asks for every slot, so that there are " + MAX + " at most");
            }
            return number;
        }
    }
}
