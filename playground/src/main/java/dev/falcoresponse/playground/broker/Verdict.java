package dev.falcoresponse.playground.broker;

/** What a filter says of an event; Knative delivers whatever no filter has said no to. */
enum Verdict {
    PASS,
    FAIL,
    /** There was nothing to compare. */
    NONE;

    static Verdict of(boolean passes) {
        return passes ? PASS : FAIL;
    }

    Verdict and(Verdict other) {
        if (this == NONE || other == NONE) {
            return this == NONE ? other : this;
        }
        return of(this == PASS && other == PASS);
    }

    Verdict or(Verdict other) {
        if (this == NONE || other == NONE) {
            return this == NONE ? other : this;
        }
        return of(this == PASS || other == PASS);
    }

    Verdict not() {
        return switch (this) {
            case PASS -> FAIL;
            case FAIL -> PASS;
            case NONE -> NONE;
        };
    }
}
