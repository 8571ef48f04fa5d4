package dev.falcoresponse.action;

/** Whether a change is made, or only tried by the server's own dry run. */
public enum Run {
    REAL,
    DRY;

    /** Begins a sentence about the change: in the past tense if it was made, as a preview otherwise. */
    public String verb(String done, String infinitive) {
        return this == REAL ? done : "Would " + infinitive;
    }
}
