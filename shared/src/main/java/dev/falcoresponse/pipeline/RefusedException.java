package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Outcome;

/** The event gets no reply: it was rejected or failed, and its outcome tells the broker what to do. It has no stack trace. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Outcome outcome;
    private final boolean recorded;

    private RefusedException(Outcome outcome, boolean recorded) {
        super(outcome.message(), null, false, false);
        this.outcome = outcome;
        this.recorded = recorded;
    }

    /** A refusal before the pipeline, which has yet to be recorded. */
    public static RefusedException before(Outcome outcome) {
        return new RefusedException(outcome, false);
    }

    /** A refusal by the pipeline, which has recorded it. */
    static RefusedException recorded(Outcome outcome) {
        return new RefusedException(outcome, true);
    }

    public Outcome outcome() {
        return outcome;
    }

    public boolean isRecorded() {
        return recorded;
    }
}
