package dev.falcoresponse.event;

import java.util.Map;

/**
 * A CloudEvent as it arrived, after its form has been normalised.
 *
 * @param attributes attributes and extensions by name, in lower case
 * @param data the bytes as they came; {@code null} in JSON when there was no data
 */
@SuppressWarnings("ArrayRecordComponent") // events are never compared
public record ReceivedEvent(Map<String, String> attributes, byte[] data) {
    public ReceivedEvent {
        attributes = Map.copyOf(attributes);
    }

    /** What no other event has: its source and id. */
    public String identity() {
        return attribute("source") + " " + attribute("id");
    }

    /** An attribute or extension; empty when it is not given. */
    public String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }
}
