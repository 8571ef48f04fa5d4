package dev.falcoresponse.benchmark;

/** A measurement is not valid; the message says why. */
final class MeasurementException extends RuntimeException {
    MeasurementException(String message) {
        super(message);
    }
}
