package dev.falcoresponse.playground;

/** Removes what a terminal would interpret from texts that come from alerts. */
final class Terminal {
    private Terminal() {}

    /** The text without control characters, format characters and line breaks. */
    static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", " ");
    }

    /** The same, shortened to 300 characters. */
    static String brief(String text) {
        String line = oneLine(text);
        return line.length() > 300 ? line.substring(0, 300) + "…" : line;
    }
}
