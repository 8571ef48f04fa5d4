package dev.falcoresponse.pipeline;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Acted;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Previewed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The outcomes of one tick for several objects, summed up without hiding a failure. */
record BatchOutcome(List<Item> items) {
    /**
     * The outcome for one object.
     *
     * @param object namespace and name
     */
    record Item(String object, Outcome outcome) {
        @Override
        public String toString() {
            return object + " " + outcome.text() + "/" + outcome.reason().text();
        }
    }

    BatchOutcome {
        items = List.copyOf(items);
    }

    /**
     * One outcome for all.
     *
     * @param isRepeated whether a tick before has failed, so that what was changed then is told before anything else
     */
    Outcome summary(boolean isRepeated) {
        if (items.isEmpty()) {
            return new Skipped(Reason.NOTHING_TO_UNDO, "Nothing has expired");
        }
        Map<String, Object> details =
                Map.of("objects", items.stream().map(Item::toString).toList());
        String message = items.stream().map(Item::toString).collect(joining("; "));
        return switch (decisive(isRepeated)) {
            case Failed failed ->
                new Failed(failed.reason(), message, failed.retryable(), failed.retryAfter(), false, details);
            case Acted acted -> new Acted(acted.reason(), message, details);
            case Previewed _ -> new Previewed(message, details);
            case Denied denied -> new Denied(denied.reason(), message);
            case Skipped skipped -> new Skipped(skipped.reason(), message, details);
            case Rejected rejected -> rejected;
        };
    }

    /** A failure that a further delivery may mend comes first, so that there is one; then other failures, then changes. */
    private Outcome decisive(boolean isRepeated) {
        return items.stream()
                .map(Item::outcome)
                .min(Comparator.comparingInt(outcome -> rank(outcome, isRepeated)))
                .orElseThrow();
    }

    private static int rank(Outcome outcome, boolean isRepeated) {
        return switch (outcome) {
            case Failed failed -> failed.retryable() ? 1 : 2;
            case Acted _ -> isRepeated ? 0 : 3;
            case Previewed _ -> 4;
            case Denied _ -> 5;
            case Skipped _ -> 6;
            case Rejected _ -> 7;
        };
    }
}
