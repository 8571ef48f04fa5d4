package dev.falcoresponse.action;

import dev.falcoresponse.action.Outcome.Failed;

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

    /** Whether the change may have been made all the same. */
    public boolean isUncertain() {
        return outcome instanceof Failed failed && failed.uncertain();
    }

    /** The same, told as a failure after a first part of the change. */
    public OutcomeException afterChange() {
        return outcome instanceof Failed failed ? new OutcomeException(failed.afterChange()) : this;
    }
}
