package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Reason;

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

    /**
     * The request is rejected before the pipeline.
     *
     * @param status the HTTP status that tells the sender why
     */
    public static RefusedException rejected(int status, Reason reason, String message) {
        return before(new Rejected(status, reason, message));
    }

    /** The event cannot be read: status 400. */
    public static RefusedException unreadable(String message) {
        return before(Rejected.unreadable(message));
    }

    /** There is no room for the request: status 503. */
    public static RefusedException overloaded() {
        return rejected(503, Reason.OVERLOADED, "Too many events are being processed at the moment");
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
