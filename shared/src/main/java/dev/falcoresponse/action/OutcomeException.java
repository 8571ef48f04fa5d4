package dev.falcoresponse.action;

/** Ends the processing of an event early, with the outcome that it leads to. */
public class OutcomeException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Outcome outcome;

    public OutcomeException(Outcome outcome) {
        super(outcome.message());
        this.outcome = outcome;
    }

    public final Outcome outcome() {
        return outcome;
    }
}
