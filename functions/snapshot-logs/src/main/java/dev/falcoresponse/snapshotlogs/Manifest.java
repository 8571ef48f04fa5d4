package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Lists what was stored, with digests, and what was not, with reasons. It is written last and completes the snapshot. */
final class Manifest {
    static final String NAME = "manifest.json";
    static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode root = JSON.createObjectNode();
    private final ArrayNode objects = JSON.createArrayNode();
    private final ArrayNode missing = JSON.createArrayNode();
    private boolean complete = true;
    private long bytes;

    /** Adds an object that is stored as it is. */
    synchronized void add(String name, byte[] content) {
        objects.addObject()
                .put("name", name)
                .put("bytes", content.length)
                .put("sha256", Digests.sha256(content))
                .put("storedBytes", content.length)
                .put("storedSha256", Digests.sha256(content));
        bytes += content.length;
    }

    /** Adds a log, which is stored compressed. */
    synchronized void add(String name, ContainerLog log, StoredLog stored, boolean truncated, String note) {
        ObjectNode entry = objects.addObject()
                .put("name", name)
                .put("container", log.container())
                .put("type", log.type())
                .put("previous", log.previous())
                .put("containerId", log.containerId())
                .put("bytes", stored.bytes())
                .put("sha256", stored.sha256())
                .put("storedBytes", stored.storedBytes())
                .put("storedSha256", stored.storedSha256())
                .put("truncated", truncated);
        putOrNull(entry, "from", stored.from());
        putOrNull(entry, "to", stored.to());
        putOrNull(entry, "note", note);
        bytes += stored.bytes();
    }

    /** Notes what does not exist, or must not be read: the snapshot is complete without it. */
    synchronized void note(String what, String why) {
        missing.addObject().put("what", what).put("why", why);
    }

    /** Notes what should have been stored and was not: the snapshot is not complete. */
    synchronized void missing(String what, String why) {
        note(what, why);
        complete = false;
    }

    synchronized boolean isComplete() {
        return complete;
    }

    /** The size of all that was stored, uncompressed. */
    synchronized long bytes() {
        return bytes;
    }

    /**
     * The manifest as it is stored.
     *
     * @param record about the capture, without its digest
     * @param since how old the oldest line was allowed to be; empty: any
     */
    synchronized byte[] write(ObjectNode record, String since) {
        root.put("version", VERSION).put("complete", complete);
        putOrNull(root, "since", since);
        root.set("record", record);
        root.set("objects", objects);
        root.set("notCaptured", missing);
        try {
            return (JSON.writeValueAsString(root) + "\n").getBytes(UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void putOrNull(ObjectNode entry, String name, String text) {
        if (text.isEmpty()) {
            entry.putNull(name);
        } else {
            entry.put(name, text);
        }
    }
}
