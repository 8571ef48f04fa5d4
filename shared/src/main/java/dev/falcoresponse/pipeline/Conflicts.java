package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Read;

/**
 * Repeats a response when another writer changed the object between read and change: the object is read again from the store,
 * and all guards decide again on what they then see.
 */
final class Conflicts {
    private static final int ATTEMPTS = 5;

    private Conflicts() {}

    /** Finds an object, asks the guards and acts. */
    @FunctionalInterface
    interface Attempt {
        Outcome make(Read read) throws OutcomeException;
    }

    static Outcome retry(Attempt attempt) throws OutcomeException {
        Read read = Read.CACHED;
        for (int left = ATTEMPTS; ; left--) {
            try {
                return attempt.make(read);
            } catch (ConflictException e) {
                if (left == 1) {
                    throw e;
                }
                read = Read.QUORUM;
            }
        }
    }
}
