package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Which events go to which function.
 *
 * @param subscriber the name of the function's Service
 * @param written its filters as they are written
 * @param warnings what is odd about its filters
 */
public record Trigger(
        String name, String subscriber, Filter filter, Delivery delivery, JsonNode written, List<String> warnings) {
    public Trigger {
        warnings = List.copyOf(warnings);
    }

    /** The same with one more warning. */
    Trigger warned(String warning) {
        List<String> more = new ArrayList<>(warnings);
        more.add(warning);
        return new Trigger(name, subscriber, filter, delivery, written, more);
    }

    /** Whether the event is delivered. */
    boolean wants(CloudEvent event) {
        return filter.judge(event) != Verdict.FAIL;
    }
}
