package dev.falcoresponse.event;

import java.util.Map;

/**
 * One request as it came through the door.
 *
 * @param attributes the CloudEvent's attributes from the headers, without the prefix, in lower case; empty unless binary
 */
// an array component has no value equality; nothing compares deliveries
@SuppressWarnings("ArrayRecordComponent")
public record Delivery(Form form, Map<String, String> attributes, byte[] body) {
    /** How an event is packed, and so its answer. */
    public enum Form {
        PLAIN,
        BINARY,
        STRUCTURED
    }
}
