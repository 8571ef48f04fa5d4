package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
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
        /**
         * Makes one attempt.
         *
         * @param changed whether an attempt before has made a part of the change
         */
        Outcome make(Read read, boolean changed) throws OutcomeException;
    }

    static Outcome retry(Attempt attempt) throws OutcomeException {
        Read read = Read.CACHED;
        boolean changed = false;
        for (int left = ATTEMPTS; ; left--) {
            try {
                return attempt.make(read, changed);
            } catch (ConflictException e) {
                if (left == 1) {
                    throw e;
                }
                read = Read.QUORUM;
                changed |= e.outcome() instanceof Failed failed && failed.uncertain();
            }
        }
    }
}
