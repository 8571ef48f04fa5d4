package dev.falcoresponse.playground.broker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Routes events to a function.
 *
 * @param subscriber the name of the function's Service
 * @param filterSpec its filters as its manifest has them
 * @param warnings what is suspicious about it, one sentence each
 */
public record Trigger(
        String name, String subscriber, Filter filter, Delivery delivery, JsonNode filterSpec, List<String> warnings) {
    public Trigger {
        warnings = List.copyOf(warnings);
    }

    /** The same Trigger with one more warning. */
    Trigger withWarning(String warning) {
        List<String> more = new ArrayList<>(warnings);
        more.add(warning);
        return new Trigger(name, subscriber, filter, delivery, filterSpec, more);
    }
}
