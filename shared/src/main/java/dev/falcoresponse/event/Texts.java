package dev.falcoresponse.event;

/** Texts of others, of any length. */
public final class Texts {
    private Texts() {}

    /**
     * The text, or the start of a longer one and an ellipsis.
     *
     * @param length of the start in UTF-16 code units; one less where a pair of them would be cut in two
     */
    public static String shortened(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + "…";
    }
}
