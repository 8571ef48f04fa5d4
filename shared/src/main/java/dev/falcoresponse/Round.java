package dev.falcoresponse;

import static java.util.stream.Collectors.joining;

import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Denied;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Outcome.Rejected;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.event.Alert;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What one event brought about that asked for all that is due: one outcome for all of them, and it hides no failure. */
record Round(List<Deed> deeds) {
    /** How it ended for one pod. */
    record Deed(Alert alert, Outcome outcome) {
        @Override
        public String toString() {
            return alert.pod() + " " + outcome.text() + "/" + outcome.reason().text();
        }
    }

    Round {
        deeds = List.copyOf(deeds);
    }

    Outcome outcome() {
        if (deeds.isEmpty()) {
            return new Skipped(Reason.ALREADY_DONE, "Nothing is due");
        }
        Map<String, Object> details =
                Map.of("pods", deeds.stream().map(Deed::toString).toList());
        String message = deeds.stream().map(Deed::toString).collect(joining("; "));
        return switch (worst()) {
            case Failed failed -> new Failed(failed.reason(), message, failed.retryAfter());
            case Acted acted -> new Acted(acted.reason(), message, details);
            case Previewed _ -> new Previewed(message, details);
            case Denied denied -> new Denied(denied.reason(), message);
            case Skipped skipped -> new Skipped(skipped.reason(), message);
            case Rejected rejected -> rejected;
        };
    }

    /** A failure that a repetition may mend comes first, so that it is repeated; then any other; then what was done. */
    private Outcome worst() {
        return deeds.stream()
                .map(Deed::outcome)
                .min(Comparator.comparingInt(Round::rank))
                .orElseThrow();
    }

    private static int rank(Outcome outcome) {
        return switch (outcome) {
            case Failed failed -> failed.worthRepeating() ? 0 : 1;
            case Acted _ -> 2;
            case Previewed _ -> 3;
            case Denied _ -> 4;
            case Skipped _ -> 5;
            case Rejected _ -> 6;
        };
    }
}
