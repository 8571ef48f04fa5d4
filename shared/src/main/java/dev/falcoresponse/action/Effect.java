package dev.falcoresponse.action;

/** What is done to an object. It decides which guards and limits apply. */
public enum Effect {
    /** The object is changed. */
    CHANGE,
    /** The object is only read: it may be terminating, and nothing is protected by default. */
    READ,
    /** A change is taken back: rule, priority, age, labels and budgets of that change no longer matter. */
    UNDO,
    /** People are told; nothing in the cluster is touched, and no limit applies. */
    NOTIFY
}
