package dev.falcoresponse.playground;

/** Text from alerts on its way to a terminal, which must not obey it. */
final class Terminal {
    private Terminal() {}

    /** The text without anything that moves a cursor, changes direction or starts a line. */
    static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", " ");
    }

    /** The same, cut to a length that one can read. */
    static String brief(String text) {
        String line = oneLine(text);
        return line.length() > 300 ? line.substring(0, 300) + "…" : line;
    }
}
