package dev.falcoresponse.event;

/** What a CloudEvent asks a function for. */
public sealed interface Event permits Alert, Undo, Tick {
    /** The id that is the same on every delivery: Falco's uuid, else the CloudEvent's id. */
    String id();
}
