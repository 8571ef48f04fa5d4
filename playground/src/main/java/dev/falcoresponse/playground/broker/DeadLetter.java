package dev.falcoresponse.playground.broker;

/**
 * An event at the end of its line, with what Knative tells the sink about it.
 *
 * @param sink the name of the sink; empty: there is none, and the event is lost
 * @param code the status of the last delivery, {@code knativeerrorcode}; 0 without an answer
 * @param destination where it could not be delivered, {@code knativeerrordest}
 * @param data the answer, {@code knativeerrordata} before it is encoded
 */
public record DeadLetter(String trigger, String sink, String eventId, int code, String destination, String data) {}
