package dev.falcoresponse.benchmark;

import java.util.Locale;

/**
 * What became of all alerts under one fault.
 *
 * @param done answered for good
 * @param deadLetter handed to people in the end
 * @param wrong pods that nobody asked to take away and that are gone, that are called gone and are there, or that were answered as
 *     acted on twice
 * @param lost alerts that are neither done nor in the dead letter, or both
 */
record Count(String fault, int sent, int done, int deadLetter, int wrong, int lost) {
    String markdown() {
        return String.format(
                Locale.ROOT, "| %s | %,d | %,d | %,d | %d | %d |", fault, sent, done, deadLetter, wrong, lost);
    }
}
