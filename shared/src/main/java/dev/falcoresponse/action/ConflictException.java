package dev.falcoresponse.action;

import dev.falcoresponse.action.Outcome.Failed;

/** Another writer changed the object between read and change: reading it again and repeating the change can succeed. */
public final class ConflictException extends OutcomeException {
    private static final long serialVersionUID = 1;

    public ConflictException(Outcome outcome) {
        super(outcome);
    }

    /** The same conflict after a first part of the change: repeating it must not take that part for the work of others. */
    @Override
    public ConflictException afterChange() {
        return outcome() instanceof Failed failed ? new ConflictException(failed.afterChange()) : this;
    }
}
