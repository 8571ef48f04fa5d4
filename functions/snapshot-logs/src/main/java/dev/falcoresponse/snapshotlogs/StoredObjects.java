package dev.falcoresponse.snapshotlogs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The objects of one snapshot.
 *
 * @param prefix of their keys in the store
 */
record StoredObjects(EvidenceStore store, String prefix) {
    boolean putIfAbsent(String name, EvidenceStore.Content content) throws IOException {
        return store.putIfAbsent(prefix + name, content);
    }

    Optional<InputStream> find(String name) throws IOException {
        return store.read(prefix + name);
    }

    /** An object that must exist. */
    InputStream read(String name) throws IOException {
        return find(name).orElseThrow(() -> new IOException(location(name) + " exists and cannot be read"));
    }

    byte[] bytes(String name) throws IOException {
        try (InputStream in = read(name)) {
            return in.readAllBytes();
        }
    }

    String location(String name) {
        return store.location(prefix + name);
    }
}
