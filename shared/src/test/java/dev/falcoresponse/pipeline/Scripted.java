package dev.falcoresponse.pipeline;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An action on objects that are names, with its target; a test scripts what they do, and sees what they were asked. */
final class Scripted implements Reversible<String>, Target<String> {
    static final Reason LABELLED = Reason.acted("labelled");
    static final Reason RELEASED = Reason.acted("released");

    /** What happens instead of the usual. */
    @FunctionalInterface
    interface Step<R> {
        R take() throws OutcomeException;
    }

    final List<String> calls = new ArrayList<>();
    final Deque<Step<Found<String>>> finds = new ArrayDeque<>();
    final Deque<Step<Change>> acts = new ArrayDeque<>();
    final Deque<Step<List<String>>> expired = new ArrayDeque<>();
    final List<Guard<Alert>> alertGuards = new ArrayList<>();
    final List<Guard<String>> guards = new ArrayList<>();
    Optional<Outcome> refusal = Optional.empty();
    boolean missing;
    List<Adapted<String>> adapted = List.of();
    Optional<Change> confirmed = Optional.empty();
    Function<String, Cause> cause =
            object -> new Cause("Rule of " + object, "event-of-" + object, "2026-11-26T06:30:00Z");
    Function<String, ObjectReference> reference =
            object -> new ObjectReference("v1", "Pod", "shop", object, "uid-" + object, "worker-7", "Job/x");
    Effect effect = Effect.CHANGE;

    static OutcomeException failure(Outcome outcome) {
        return outcome.reason().equals(Reason.CONFLICT)
                ? new ConflictException(outcome)
                : new OutcomeException(outcome);
    }

    /** The next attempts to act, or to undo, fail. */
    void failWith(Outcome... outcomes) {
        for (Outcome outcome : outcomes) {
            acts.add(() -> {
                throw failure(outcome);
            });
        }
    }

    @Override
    public String name() {
        return "label-pod";
    }

    @Override
    public Target<String> target() {
        return this;
    }

    @Override
    public Effect effect() {
        return effect;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(LABELLED, RELEASED);
    }

    @Override
    public List<Permission> permissions() {
        return List.of();
    }

    @Override
    public List<Guard<Alert>> alertGuards(Effect each) {
        return alertGuards;
    }

    @Override
    public List<Guard<String>> guards(Effect each) {
        return guards;
    }

    @Override
    public ObjectReference reference(String object) {
        return reference.apply(object);
    }

    @Override
    public Found<String> find(Alert alert, Effect each, Read read) throws OutcomeException {
        calls.add("find " + read);
        return found(alert.pod().name(), Identity.UID);
    }

    @Override
    public Found<String> find(Undo undo) throws OutcomeException {
        calls.add("find " + undo.name() + " " + undo.uid());
        return found(undo.name(), Identity.NAME);
    }

    private Found<String> found(String name, Identity identity) throws OutcomeException {
        return finds.isEmpty()
                ? new Proven<>(name, identity)
                : finds.removeFirst().take();
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, String object) {
        return refusal;
    }

    @Override
    public Reason undone() {
        return RELEASED;
    }

    @Override
    public Optional<Change> confirm(ObjectReference object, Map<String, Object> details) {
        calls.add("confirm " + object);
        return confirmed;
    }

    @Override
    public Change act(Alert alert, String object, Run run) throws OutcomeException {
        calls.add("act " + run);
        return change(LABELLED, run.verb("Labelled ", "label ") + object);
    }

    @Override
    public Change undo(String object, Run run) throws OutcomeException {
        calls.add("undo " + object + " " + run);
        return change(RELEASED, run.verb("Released ", "release ") + object);
    }

    private Change change(Reason reason, String message) throws OutcomeException {
        return acts.isEmpty()
                ? new Change(reason, message, Map.of("key", "value"))
                : acts.removeFirst().take();
    }

    @Override
    public List<String> expired(Instant now) throws OutcomeException {
        return expired.isEmpty() ? List.of() : expired.removeFirst().take();
    }

    @Override
    public boolean isMissing(Alert alert, String object) {
        return missing;
    }

    @Override
    public Cause cause(String object) {
        return cause.apply(object);
    }

    @Override
    public List<Adapted<String>> adapt(Instant now) throws OutcomeException {
        calls.add("adapt");
        return adapted;
    }
}
