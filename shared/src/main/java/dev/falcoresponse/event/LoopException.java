package dev.falcoresponse.event;

/** An event that comes from an answer of this project: to answer it would make a loop. */
public final class LoopException extends UnreadableException {
    private static final long serialVersionUID = 1;

    public LoopException(String message) {
        super(message);
    }
}
