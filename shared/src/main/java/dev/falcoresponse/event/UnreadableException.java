package dev.falcoresponse.event;

/** The request is no event that this function takes; the message says in one line what is wrong and where. */
public final class UnreadableException extends Exception {
    UnreadableException(String message) {
        super(message);
    }
}
