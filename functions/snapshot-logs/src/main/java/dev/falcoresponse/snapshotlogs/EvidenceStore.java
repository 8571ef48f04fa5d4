package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where evidence is kept: what is there is never written again. Every method ends with an IOException that says why. */
interface EvidenceStore extends AutoCloseable {
    /** Writes an object as a whole or not at all; false when there is one of that key already, which stays as it is. */
    boolean putIfAbsent(String key, Content content) throws IOException;

    /** An object, to be read and closed; empty when there is none. */
    Optional<InputStream> read(String key) throws IOException;

    /** Whether an object could be written there now; leaves nothing behind. */
    void check(String prefix) throws IOException;

    /** Where objects with this prefix are, as people and other programs name it. */
    String location(String prefix);

    @Override
    default void close() {}

    /** What is to be written, as often as it must be read. */
    interface Content {
        /** In bytes. */
        long size();

        InputStream open() throws IOException;
    }
}
