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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How often this replica may act: on one pod once in a cool-down, on all pods within a budget. */
public final class Pace {
    private final Duration cooldown;
    private final Budget budget;
    private final InstantSource clock;

    /** Pods that are being acted on: they cost budget, and end it only when they are settled. */
    private final Set<String> underWay = new HashSet<>();

    /** Uid and time of what was done, the oldest first; nothing here is older than the cool-down. */
    private final Map<String, Instant> cooling = new LinkedHashMap<>();

    /** When pods were acted on, the oldest first; nothing here is older than the budget's window. */
    private final Deque<Instant> spent = new ArrayDeque<>();

    public Pace(Duration cooldown, Budget budget, InstantSource clock) {
        this.cooldown = cooldown;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * Claims a pod; unless it is refused, {@link #settle} must follow.
     *
     * @param uid the pod's, followed by whatever else makes this another deed
     */
    public synchronized Optional<Outcome> claim(String uid) {
        forget();
        if (underWay.contains(uid) || cooling.containsKey(uid)) {
            return Optional.of(new Skipped(
                    RECENTLY_HANDLED,
                    "Pod with uid " + uid + " is or was handled within RESPONSE_COOLDOWN "
                            + SettingReader.text(cooldown)));
        }
        if (!budget.isUnlimited() && spent.size() + underWay.size() >= budget.pods()) {
            return Optional.of(new Denied(BUDGET, "RESPONSE_BUDGET of " + budget + " is spent"));
        }
        underWay.add(uid);
        return Optional.empty();
    }

    /** Ends a claim: only what was done costs budget and starts the cool-down. */
    public synchronized void settle(String uid, boolean acted) {
        underWay.remove(uid);
        if (acted) {
            cooling.put(uid, clock.instant());
            if (!budget.isUnlimited()) {
                spent.add(clock.instant());
            }
        }
    }

    private void forget() {
        Instant now = clock.instant();
        while (!spent.isEmpty() && !spent.getFirst().plus(budget.window()).isAfter(now)) {
            spent.removeFirst();
        }
        Iterator<Instant> done = cooling.values().iterator();
        while (done.hasNext() && !done.next().plus(cooldown).isAfter(now)) {
            done.remove();
        }
    }
}
