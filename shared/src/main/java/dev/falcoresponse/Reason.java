package dev.falcoresponse;

import static dev.falcoresponse.Reason.Of.ACTED;
import static dev.falcoresponse.Reason.Of.DENIED;
import static dev.falcoresponse.Reason.Of.FAILED;
import static dev.falcoresponse.Reason.Of.PREVIEWED;
import static dev.falcoresponse.Reason.Of.REJECTED;
import static dev.falcoresponse.Reason.Of.SKIPPED;

import java.util.Locale;

/** Why an event ended as it did: the one vocabulary of records, metrics, CloudEvents and Kubernetes Events. */
public enum Reason {
    DELETED(ACTED),
    EVICTED(ACTED),
    ISOLATED(ACTED),
    ADDRESS_BLOCKED(ACTED),
    CAPTURED(ACTED),
    RELEASED(ACTED),
    NOTIFIED(ACTED),

    DRY_RUN(PREVIEWED),

    NO_POD(SKIPPED),
    HOST(SKIPPED),
    NOT_FOUND(SKIPPED),
    REPLACED(SKIPPED),
    TERMINATING(SKIPPED),
    ALREADY_DONE(SKIPPED),
    RECENTLY_HANDLED(SKIPPED),
    STALE(SKIPPED),

    PROTECTED_NAMESPACE(DENIED),
    EXEMPT(DENIED),
    PRIORITY(DENIED),
    RULE(DENIED),
    OWNER_KIND(DENIED),
    SELF(DENIED),
    BUDGET(DENIED),
    HOST_NETWORK(DENIED),

    /** The only one that no record carries: a rejected event has none, yet its log line and metric need a word. */
    UNREADABLE(REJECTED),

    FORBIDDEN(FAILED),
    REFUSED_BY_ADMISSION(FAILED),
    DISRUPTION_BUDGET(FAILED),
    UNAVAILABLE(FAILED),
    TIMEOUT(FAILED),
    CONFLICT(FAILED),
    STORAGE(FAILED);

    /** The kind of outcome that a reason belongs to. */
    enum Of {
        ACTED,
        PREVIEWED,
        SKIPPED,
        DENIED,
        REJECTED,
        FAILED
    }

    private final Of of;

    Reason(Of of) {
        this.of = of;
    }

    /** The reason as it is written everywhere outside: kebab-case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The outcome that it is a reason for, as it is written everywhere outside. */
    public String outcome() {
        return of.name().toLowerCase(Locale.ROOT);
    }

    Reason requireOf(Of kind) {
        if (of != kind) {
            throw new IllegalArgumentException(this + " is no reason for " + kind);
        }
        return this;
    }
}
