package dev.falcoresponse.benchmark;

import io.fabric8.kubernetes.api.model.Pod;

/** What is measured: whatever takes a pod away when told to. */
interface Subject extends AutoCloseable {
    /** As tables call it. */
    String name();

    /** All that can be done for a pod before time counts. */
    Attempt prepare(Pod pod);

    @Override
    default void close() {}

    /** One pod that is to be taken away. */
    @FunctionalInterface
    interface Attempt {
        /**
         * Returns when it has been answered.
         *
         * @throws FailureException when the answer is not that it was done
         */
        void make() throws FailureException;
    }

    /** The subject did not do it. */
    final class FailureException extends Exception {
        FailureException(String message) {
            super(message);
        }
    }
}
