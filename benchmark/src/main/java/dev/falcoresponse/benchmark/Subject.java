package dev.falcoresponse.benchmark;

import io.fabric8.kubernetes.api.model.Pod;

/** A system under test: it answers one request per pod. */
interface Subject extends AutoCloseable {
    /** The name in tables. */
    String name();

    /** Builds the request for a pod before the clock starts. */
    Request prepare(Pod pod);

    @Override
    default void close() {}

    /** A request about one pod. */
    @FunctionalInterface
    interface Request {
        /**
         * Returns when the answer has arrived.
         *
         * @throws RequestFailedException when the answer is not a success
         */
        void send() throws RequestFailedException;
    }

    /** The subject answered with an error, or did not answer. */
    final class RequestFailedException extends Exception {
        RequestFailedException(String message) {
            super(message);
        }
    }
}
