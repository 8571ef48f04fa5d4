package dev.falcoresponse.event;

/** An event that came of an answer: whoever answered it too would go round in circles. */
final class CircularException extends UnreadableException {
    private static final long serialVersionUID = 1;

    CircularException(String message) {
        super(message);
    }
}
