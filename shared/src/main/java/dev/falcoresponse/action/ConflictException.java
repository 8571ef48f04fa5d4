package dev.falcoresponse.action;

/** Another writer changed the object between read and change: reading it again and repeating the change can succeed. */
public final class ConflictException extends OutcomeException {
    private static final long serialVersionUID = 1;

    public ConflictException(Outcome outcome) {
        super(outcome);
    }
}
