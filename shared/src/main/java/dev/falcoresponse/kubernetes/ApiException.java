package dev.falcoresponse.kubernetes;

import dev.falcoresponse.Outcome;

/** The API server did not do what it was asked; {@link #outcome} is what that means for the event. */
public final class ApiException extends Exception {
    private final transient Outcome outcome;

    public ApiException(Outcome outcome) {
        super(outcome.message());
        this.outcome = outcome;
    }

    public Outcome outcome() {
        return outcome;
    }
}
