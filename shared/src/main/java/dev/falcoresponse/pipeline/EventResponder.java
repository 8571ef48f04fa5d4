package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.record.ResponseRecord;

/** Answers events, whatever kind of object the action is for. Thread-safe. */
public interface EventResponder {
    /**
     * Answers one event and records it.
     *
     * @throws RefusedException when there is no reply: the event was rejected, or failed
     */
    ResponseRecord answer(ReceivedEvent event);

    /** Records a request that was refused before it reached the pipeline. */
    void recordRefusal(Outcome outcome);
}
