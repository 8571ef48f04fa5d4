package dev.falcoresponse.event;

/** An event that cannot be read; the message is one line for the sender. */
public class UnreadableException extends Exception {
    private static final long serialVersionUID = 1;

    public UnreadableException(String message) {
        super(message);
    }
}
