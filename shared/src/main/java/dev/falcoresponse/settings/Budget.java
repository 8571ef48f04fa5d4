package dev.falcoresponse.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many pods one replica may act on within a sliding window. */
public record Budget(int pods, Duration window) {
    private static final Budget UNLIMITED = new Budget(Integer.MAX_VALUE, Duration.ZERO);
    private static final Pattern WRITTEN = Pattern.compile("([1-9]\\d{0,8})/(\\S+)");

    /** {@code <pods>/<duration>}, or the word {@code unlimited}. */
    static Budget parse(String text) {
        if (text.equals("unlimited")) {
            return UNLIMITED;
        }
        Matcher written = WRITTEN.matcher(text);
        if (!written.matches()) {
            throw new IllegalArgumentException("it is neither <pods>/<duration>, such as 20/1m, nor unlimited");
        }
        return new Budget(
                Integer.parseInt(written.group(1)), SettingReader.duration(written.group(2), Duration.ofMillis(1)));
    }

    /** No limit at all. */
    public static Budget unlimited() {
        return UNLIMITED;
    }

    public boolean isUnlimited() {
        return equals(UNLIMITED);
    }

    @Override
    public String toString() {
        return isUnlimited() ? "unlimited" : pods + " in " + SettingReader.text(window);
    }
}
