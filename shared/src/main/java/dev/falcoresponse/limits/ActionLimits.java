package dev.falcoresponse.limits;

import static dev.falcoresponse.action.Reason.BUDGET;
import static dev.falcoresponse.action.Reason.RECENTLY_HANDLED;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.settings.Budget;
import dev.falcoresponse.settings.Durations;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often this replica may act: on one object once within the cool-down, on all objects within a budget. What may have been
 * done counts as done. Time is monotonic: a clock that is set back changes nothing. Thread-safe.
 */
public final class ActionLimits {
    private final Duration cooldown;
    private final Budget budget;
    private final LongSupplier nanoTime;

    /** Running attempts by their cool-down keys. */
    private final Map<String, Permit> running = new HashMap<>();

    /** Attempts that were made, or may have been, by their cool-down keys, the oldest first. */
    private final Map<String, Attempt> cooling = new LinkedHashMap<>();

    /** Objects that cost budget and when they were last acted on, the oldest first. */
    private final Map<String, Long> spent = new LinkedHashMap<>();

    /** An attempt that was made, or may have been: then only its own alert may be tried again. */
    private record Attempt(String eventId, boolean uncertain, long at) {}

    /**
     * Limits of one replica.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    public ActionLimits(Duration cooldown, Budget budget, LongSupplier nanoTime) {
        this.cooldown = cooldown;
        this.budget = budget;
        this.nanoTime = nanoTime;
    }

    /** Whether an attempt may begin. */
    public sealed interface Admission permits Refused, Permit {}

    /** It may not. */
    public record Refused(Outcome outcome) implements Admission {}

    /** It may. Closing it ends the attempt, which counts only if the change was made, or may have been. */
    public final class Permit implements Admission, AutoCloseable {
        private final String object;
        private final String cooldownKey;
        private final String eventId;
        private boolean used;
        private boolean uncertain;

        private Permit(String object, String cooldownKey, String eventId) {
            this.object = object;
            this.cooldownKey = cooldownKey;
            this.eventId = eventId;
        }

        /** The change was made; {@code maybe}: it may have been. */
        public void use(boolean maybe) {
            used = true;
            uncertain = maybe;
        }

        @Override
        public void close() {
            end(this);
        }
    }

    /**
     * Begins an attempt.
     *
     * @param object an object that was acted on within the window costs no more budget
     * @param cooldownKey what must not be done twice within the cool-down
     * @param eventId of the alert, the same on every delivery
     */
    public synchronized Admission acquire(ObjectReference object, String cooldownKey, String eventId) {
        forgetOld();
        Optional<Attempt> earlier = Optional.ofNullable(cooling.get(cooldownKey));
        boolean own = earlier.filter(
                        attempt -> attempt.uncertain() && attempt.eventId().equals(eventId))
                .isPresent();
        if (running.containsKey(cooldownKey) || (earlier.isPresent() && !own)) {
            return new Refused(new Skipped(
                    RECENTLY_HANDLED,
                    object + " is being handled, or was handled within RESPONSE_COOLDOWN " + Durations.text(cooldown)));
        }
        if (!budget.isUnlimited() && !isCounted(object.key()) && counted() >= budget.objects()) {
            return new Refused(new Denied(BUDGET, "RESPONSE_BUDGET of " + budget + " is spent"));
        }
        Permit permit = new Permit(object.key(), cooldownKey, eventId);
        running.put(cooldownKey, permit);
        return permit;
    }

    /** Whether a change was made within the cool-down, for certain. */
    public synchronized boolean isDone(String cooldownKey) {
        forgetOld();
        return !running.containsKey(cooldownKey)
                && Optional.ofNullable(cooling.get(cooldownKey))
                        .filter(attempt -> !attempt.uncertain())
                        .isPresent();
    }

    private boolean isCounted(String object) {
        return spent.containsKey(object) || running.values().stream().anyMatch(permit -> permit.object.equals(object));
    }

    /** How many objects have cost budget, or may yet. */
    private long counted() {
        return spent.size()
                + running.values().stream()
                        .map(permit -> permit.object)
                        .filter(object -> !spent.containsKey(object))
                        .distinct()
                        .count();
    }

    private synchronized void end(Permit permit) {
        running.remove(permit.cooldownKey);
        if (!permit.used) {
            return;
        }
        long now = nanoTime.getAsLong();
        putLast(cooling, permit.cooldownKey, new Attempt(permit.eventId, permit.uncertain, now));
        if (!budget.isUnlimited()) {
            putLast(spent, permit.object, now);
        }
    }

    /** The maps are in the order of time. */
    private static <T> void putLast(Map<String, T> times, String key, T value) {
        times.remove(key);
        times.put(key, value);
    }

    private void forgetOld() {
        long now = nanoTime.getAsLong();
        Iterator<Long> used = spent.values().iterator();
        while (used.hasNext() && now - used.next() >= budget.window().toNanos()) {
            used.remove();
        }
        Iterator<Attempt> attempts = cooling.values().iterator();
        while (attempts.hasNext() && now - attempts.next().at() >= cooldown.toNanos()) {
            attempts.remove();
        }
    }
}
