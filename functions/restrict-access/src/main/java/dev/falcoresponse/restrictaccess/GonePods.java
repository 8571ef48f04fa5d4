package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.action.OutcomeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Remembers since when restricted pods are gone. The API server may accept a token for ten seconds after its pod is gone. */
final class GonePods {
    private static final long TOKENS_CACHED_NANOS = Duration.ofSeconds(30).toNanos();

    private final Lookup pods;
    private final LongSupplier nanoTime;
    private Map<String, Long> since = Map.of();

    /** Looks for a restricted pod. */
    @FunctionalInterface
    interface Lookup {
        boolean exists(Restriction restricted) throws OutcomeException;
    }

    GonePods(Lookup pods, LongSupplier nanoTime) {
        this.pods = pods;
        this.nanoTime = nanoTime;
    }

    /** Those that have been gone for so long that none of their tokens is accepted. */
    synchronized List<Restriction> among(List<Restriction> restricted) throws OutcomeException {
        Map<String, Long> goneNow = new HashMap<>();
        List<Restriction> gone = new ArrayList<>();
        for (Restriction restriction : restricted) {
            if (!pods.exists(restriction)) {
                long first = since.getOrDefault(restriction.key(), nanoTime.getAsLong());
                goneNow.put(restriction.key(), first);
                if (nanoTime.getAsLong() - first >= TOKENS_CACHED_NANOS) {
                    gone.add(restriction);
                }
            }
        }
        since = goneNow;
        return gone;
    }
}
