package dev.falcoresponse.pace;

import static dev.falcoresponse.Reason.BUDGET;
import static dev.falcoresponse.Reason.RECENTLY_HANDLED;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Denied;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.settings.Budget;
import dev.falcoresponse.settings.SettingReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How often this replica may act: on one pod once in a cool-down, on all pods within a budget. */
public final class Pace {
    private final Duration cooldown;
    private final Budget budget;
    private final InstantSource clock;

    /** What is being done, and to which pod: it costs budget, and ends it only when it is settled. */
    private final Map<String, String> underWay = new HashMap<>();

    /** When something was done, the oldest first; nothing here is older than the cool-down. */
    private final Map<String, Instant> cooling = new LinkedHashMap<>();

    /** Uids of pods and when they were last acted on, the oldest first; nothing here is older than the budget's window. */
    private final Map<String, Instant> spent = new LinkedHashMap<>();

    public Pace(Duration cooldown, Budget budget, InstantSource clock) {
        this.cooldown = cooldown;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * Claims a deed; unless it is refused, {@link #settle} must follow.
     *
     * @param pod its uid: a pod that has been acted on costs no more budget when something else is done to it
     * @param deed what must not be done twice within the cool-down
     */
    public synchronized Optional<Outcome> claim(String pod, String deed) {
        forget();
        if (underWay.containsKey(deed) || cooling.containsKey(deed)) {
            return Optional.of(new Skipped(
                    RECENTLY_HANDLED,
                    "Pod with uid " + deed + " is or was handled within RESPONSE_COOLDOWN "
                            + SettingReader.text(cooldown)));
        }
        if (!budget.isUnlimited() && !isCounted(pod) && counted() >= budget.pods()) {
            return Optional.of(new Denied(BUDGET, "RESPONSE_BUDGET of " + budget + " is spent"));
        }
        underWay.put(deed, pod);
        return Optional.empty();
    }

    private boolean isCounted(String pod) {
        return spent.containsKey(pod) || underWay.containsValue(pod);
    }

    /** How many pods have cost budget, or are about to. */
    private long counted() {
        return spent.size()
                + underWay.values().stream()
                        .filter(pod -> !spent.containsKey(pod))
                        .distinct()
                        .count();
    }

    /** Ends a claim: only what was done costs budget and starts the cool-down. */
    public synchronized void settle(String pod, String deed, boolean acted) {
        underWay.remove(deed);
        if (acted) {
            cooling.put(deed, clock.instant());
            if (!budget.isUnlimited()) {
                // to the end: the map is in the order of time
                spent.remove(pod);
                spent.put(pod, clock.instant());
            }
        }
    }

    private void forget() {
        Instant now = clock.instant();
        forget(spent, budget.window(), now);
        forget(cooling, cooldown, now);
    }

    private static void forget(Map<String, Instant> times, Duration after, Instant now) {
        Iterator<Instant> oldest = times.values().iterator();
        while (oldest.hasNext() && !oldest.next().plus(after).isAfter(now)) {
            oldest.remove();
        }
    }
}
