package dev.falcoresponse.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** How many objects one replica may act on within a sliding window. */
public record Budget(int objects, Duration window) {
    public static final Budget UNLIMITED = new Budget(Integer.MAX_VALUE, Duration.ZERO);

    public boolean isUnlimited() {
        return equals(UNLIMITED);
    }

    @Override
    public String toString() {
        return isUnlimited() ? "unlimited" : objects + " in " + Durations.text(window);
    }

    /** Reads {@code <objects>/<duration>}, or the word {@code unlimited}. */
    public static final class Reader implements Converter<Budget> {
        private static final Duration MAX_WINDOW = Duration.ofMinutes(10);
        private static final Pattern WRITTEN = Pattern.compile("([1-9]\\d{0,8})/(\\S+)");

        @Override
        public Budget convert(String text) {
            if (text.strip().equals("unlimited")) {
                return UNLIMITED;
            }
            Matcher written = WRITTEN.matcher(text.strip());
            if (!written.matches()) {
                throw new IllegalArgumentException("it is neither <objects>/<duration>, such as 20/1m, nor unlimited");
            }
            Duration window = Durations.parse(written.group(2), Duration.ofMillis(1));
            if (window.compareTo(MAX_WINDOW) > 0) {
                throw new IllegalArgumentException(
                        "its window is longer than 10m: a replica that is replaced forgets what it did");
            }
            return new Budget(Integer.parseInt(written.group(1)), window);
        }
    }
}
