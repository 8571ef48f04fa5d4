package dev.falcoresponse.action;

import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Previewed;
import java.util.Map;

/**
 * What an action did, or would do.
 *
 * @param reason the action's own word for it, for example {@code deleted}
 * @param message one sentence for people
 * @param details for the record
 */
public record Change(Reason reason, String message, Map<String, Object> details) {
    public Change {
        details = Map.copyOf(details);
    }

    /** The outcome of the event, which only the run decides. */
    public Outcome outcome(Run run) {
        return switch (run) {
            case REAL -> new Acted(reason, message, details);
            case DRY -> new Previewed(message, details);
        };
    }
}
