package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Previewed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.audit.Audit;
import dev.falcoresponse.record.ResponseRecord;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/**
 * Takes the steps of one event to their end, and records it exactly once, whatever happens.
 *
 * @param action its name
 */
record Recorder(String action, Audit audit, InstantSource clock) {
    private static final Logger LOG = Logger.getLogger(Recorder.class);

    /** The steps of one event. */
    @FunctionalInterface
    interface Steps {
        Outcome take() throws OutcomeException;
    }

    Progress start(boolean dryRun) {
        return new Progress(action, dryRun, clock.instant());
    }

    /** Takes the steps; every exception becomes an outcome. */
    Outcome outcome(Steps steps) {
        try {
            return steps.take();
        } catch (OutcomeException e) {
            return e.outcome();
        } catch (RuntimeException e) {
            LOG.error("Unexpected error while answering an event", e);
            return Failed.retryable(
                    Reason.UNAVAILABLE, "Unexpected error: " + e.getClass().getSimpleName());
        }
    }

    /** Records how an event ended. */
    ResponseRecord record(Progress progress, Outcome outcome) {
        ResponseRecord record = progress.record(outcome, clock.instant());
        audit.record(record, progress.object());
        return record;
    }

    /**
     * The reply.
     *
     * @throws RefusedException when the outcome has none
     */
    static ResponseRecord reply(ResponseRecord record, Outcome outcome) {
        return switch (outcome) {
            case Acted _, Previewed _, Skipped _, Denied _ -> record;
            case Failed _, Rejected _ -> throw RefusedException.recorded(outcome);
        };
    }
}
