package dev.falcoresponse.action;

import dev.falcoresponse.event.Alert;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One response: what a function does to the object that an alert is about. */
public interface Action<T> {
    /** Kebab-case, as in folder, image, record and CloudEvents. */
    String name();

    Target<T> target();

    default Effect effect() {
        return Effect.CHANGE;
    }

    /** The action's own reasons, beside those of the pipeline: their counters exist from the start. */
    List<Reason> reasons();

    /** What the function must be allowed to do, beside what its target needs; readiness asks the API server for each. */
    List<Permission> permissions();

    /**
     * What else keeps it from working, as the rest of a sentence; readiness asks for it.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    default Optional<String> obstacle() throws OutcomeException {
        return Optional.empty();
    }

    /** Whether it waits for {@code RESPONSE_DRY_RUN} to be off; what changes nothing in the cluster need not. */
    default boolean heedsDryRun() {
        return true;
    }

    /** The interface that maps the action's own settings. */
    default Optional<Class<?>> settings() {
        return Optional.empty();
    }

    /** Actions whose replies are evidence: of these, only one that stored all of it is followed. */
    default Set<String> evidenceFrom() {
        return Set.of();
    }

    /** The same action, if what it does can be undone. */
    default Optional<Reversible<T>> reversible() {
        return Optional.empty();
    }

    /** The same action, if it ends later than it begins. */
    default Optional<Deferred<T>> deferred() {
        return Optional.empty();
    }

    /** What must not be done twice within the cool-down: by default, this action on this object. */
    default String cooldownKey(Alert alert, T object) {
        return target().reference(object).key();
    }

    /**
     * The action's own reason not to act, once all guards agree; for example that nothing is left to do.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    default Optional<Outcome> refusal(Alert alert, T object) throws OutcomeException {
        return Optional.empty();
    }

    /** Whether events that cannot be read reach the action too, as a dead letter sink needs; HTTP refuses them otherwise. */
    default boolean takesUnreadable() {
        return false;
    }

    /** Whether anybody may send events of this type: the action does nothing with them but answer whoever asks. */
    default boolean isOpenTo(String type) {
        return false;
    }

    /**
     * The change, when an attempt whose answer was lost must have made it: a further delivery no longer finds what the alert is
     * about. Empty when it cannot be told from the object.
     *
     * @param details what the failed attempt left for the record
     * @throws OutcomeException as failed when the object cannot be read
     */
    default Optional<Change> confirm(ObjectReference object, Map<String, Object> details) throws OutcomeException {
        return Optional.empty();
    }

    /**
     * Makes the change, bound to the object's uid, or tries it by the server's own dry run.
     *
     * @throws OutcomeException when it was not done
     */
    Change act(Alert alert, T object, Run run) throws OutcomeException;
}
