package dev.falcoresponse.event;

/** The request is no event that this function takes; the message says in one line what is wrong and where. */
public sealed class UnreadableException extends Exception permits CircularException {
    UnreadableException(String message) {
        super(message);
    }
}
