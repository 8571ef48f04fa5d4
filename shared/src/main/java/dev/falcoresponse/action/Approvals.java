package dev.falcoresponse.action;

import dev.falcoresponse.event.Alert;
import java.util.Optional;

/** Verifies that a person has approved what an event claims to be approved. */
@FunctionalInterface
public interface Approvals {
    /**
     * Why the event is not taken; empty when it is true, and for an alert that claims no approval.
     *
     * @throws OutcomeException as failed when it could not be verified
     */
    Optional<Outcome> refusal(Alert alert) throws OutcomeException;
}
