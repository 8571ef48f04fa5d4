package dev.falcoresponse.action;

/** The result of looking for the object that an event is about. */
public sealed interface Found<T> {
    /** The object, and how it was proven to be the one. */
    record Proven<T>(T object, Identity identity) implements Found<T> {}

    /** There is no such object, or none that the action may take for it. */
    record Missing<T>(Outcome outcome) implements Found<T> {}
}
