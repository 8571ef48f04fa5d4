package dev.falcoresponse.benchmark;

/** There is nothing to measure, and the message says why. */
final class StoppedException extends RuntimeException {
    StoppedException(String message) {
        super(message);
    }
}
