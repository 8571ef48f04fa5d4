package dev.falcoresponse.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;

/** The record of a captured log, as another action's reply carries it, unless a test says otherwise. */
public final class SampleRecord {
    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode members;

    private SampleRecord(ObjectNode members) {
        this.members = members;
    }

    /** A record of an action that acted on pod shop/web-0. */
    public static SampleRecord of(String action) {
        try {
            return new SampleRecord((ObjectNode) JSON.readTree("""
                    {"action":"ACTION","outcome":"acted","reason":"captured","message":"Captured the log","dryRun":false,
                     "rule":"Terminal shell in container","priority":"Notice","source":"syscall","hostname":"worker-7",
                     "tags":["container","shell"],"eventId":"0b7d3d0e","eventTime":"2026-11-26T07:00:00.123456789Z",
                     "targetKind":"Pod","targetName":"web-0","targetUid":"5d0a","identity":"container",
                     "namespace":"shop","pod":"web-0","podUid":"5d0a","node":"worker-7","container":"app",
                     "containerId":"9f3c1d2e4b5a","owner":"StatefulSet/web","approvedBy":null,
                     "startedAt":"2026-11-26T07:00:01Z","finishedAt":"2026-11-26T07:00:02Z",
                     "timing":{"read":0.1,"act":2.0},"details":{"location":"file:///evidence/1","complete":true}}
                    """.replace("ACTION", action)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sets a member. */
    public SampleRecord with(String member, Object value) {
        members.set(member, JSON.valueToTree(value));
        return this;
    }

    /** Sets a member to {@code null}. */
    public SampleRecord withNull(String member) {
        members.putNull(member);
        return this;
    }

    /** Sets the details. */
    public SampleRecord details(Map<String, Object> details) {
        return with("details", details);
    }

    /** Leaves a member out. */
    public SampleRecord without(String member) {
        members.remove(member);
        return this;
    }

    /** The record as JSON. */
    public String json() {
        return members.toString();
    }

    /** The record as it is read. */
    public ResponseRecord read() {
        try {
            return RecordJson.read(new ObjectMapper().readTree(json().getBytes(UTF_8)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
