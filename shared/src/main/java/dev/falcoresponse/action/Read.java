package dev.falcoresponse.action;

/** Where an object is read from. */
public enum Read {
    /** The API server's watch cache, which may lag behind. */
    CACHED,
    /** A quorum of the store. */
    QUORUM
}
