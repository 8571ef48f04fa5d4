package dev.falcoresponse.benchmark;

import java.util.Locale;

/**
 * What happened to all alerts of one scenario.
 *
 * @param done alerts that a function answered with success
 * @param deadLetter alerts that the broker sent to the dead letter sink
 * @param wrong pods that were deleted without an alert, that still exist although the answer was a success, or that two records
 *     report as acted on
 * @param lost alerts that were neither done nor dead-lettered, or both
 */
record EnduranceResult(String scenario, int sent, int done, int deadLetter, int wrong, int lost) {
    String markdown() {
        return String.format(
                Locale.ROOT, "| %s | %,d | %,d | %,d | %d | %d |", scenario, sent, done, deadLetter, wrong, lost);
    }
}
