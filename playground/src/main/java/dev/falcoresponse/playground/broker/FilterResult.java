package dev.falcoresponse.playground.broker;

/** The result of a filter, as in Knative, which delivers every event that does not {@link #FAIL}. */
enum FilterResult {
    PASS,
    FAIL,
    /** There was no filter to apply. */
    NO_FILTER;

    static FilterResult of(boolean passes) {
        return passes ? PASS : FAIL;
    }

    FilterResult and(FilterResult other) {
        if (this == NO_FILTER || other == NO_FILTER) {
            return this == NO_FILTER ? other : this;
        }
        return of(this == PASS && other == PASS);
    }

    FilterResult or(FilterResult other) {
        if (this == NO_FILTER || other == NO_FILTER) {
            return this == NO_FILTER ? other : this;
        }
        return of(this == PASS || other == PASS);
    }

    FilterResult not() {
        return switch (this) {
            case PASS -> FAIL;
            case FAIL -> PASS;
            case NO_FILTER -> NO_FILTER;
        };
    }
}
