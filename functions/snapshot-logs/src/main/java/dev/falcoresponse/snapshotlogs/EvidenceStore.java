package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Stores evidence. An object is never overwritten. Methods throw an IOException that names the object and the cause. */
interface EvidenceStore extends AutoCloseable {
    /** Writes an object as a whole or not at all; {@code false} when there is one of that key already. */
    boolean putIfAbsent(String key, Content content) throws IOException;

    /** An object, which the caller closes; empty when there is none. */
    Optional<InputStream> read(String key) throws IOException;

    /** Tries whether objects can be written, and are not overwritten. */
    void check() throws IOException;

    /** The address of the objects with this prefix. */
    String location(String prefix);

    @Override
    default void close() {}

    /** The content of an object, which can be read several times. */
    interface Content {
        /** In bytes. */
        long size();

        InputStream open() throws IOException;
    }
}
