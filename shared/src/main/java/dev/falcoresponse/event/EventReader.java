package dev.falcoresponse.event;

/** Reads CloudEvents as what a function can answer. */
public interface EventReader {
    /**
     * Reads one CloudEvent.
     *
     * @throws UnreadableException when this function does not take it; the message says what is wrong and where
     */
    Event read(ReceivedEvent event) throws UnreadableException;
}
