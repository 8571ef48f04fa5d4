package dev.falcoresponse.action;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An action whose change can be taken back, by request or when its time is over. */
public interface Reversible<T> extends Action<T> {
    @Override
    default Optional<Reversible<T>> reversible() {
        return Optional.of(this);
    }

    /**
     * The object that a request names.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    Found<T> find(Undo undo) throws OutcomeException;

    /**
     * Takes the change back.
     *
     * @throws OutcomeException as skipped/nothing-to-undo when there is none, as failed when it was not done
     */
    Change undo(T object, Run run) throws OutcomeException;

    /** What is said of a change that was taken back, as far as anybody can tell: the answer to that attempt was lost. */
    Reason undone();

    /**
     * The objects whose time is over.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    List<T> expired(Instant now) throws OutcomeException;

    /** The alert for which the object was changed, as far as its marks tell. */
    Cause cause(T object);

    /**
     * Whether a part of the change for this alert is missing on an object that was changed: a person has taken it back.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    boolean isMissing(Alert alert, T object) throws OutcomeException;

    /**
     * A change that was adapted to what others have done since.
     *
     * @param change what is true now
     */
    record Adapted<T>(T object, Change change) {}

    /**
     * Adapts changes to what others have done since, and removes what was left behind by those whose object is gone.
     *
     * @return what was adapted
     * @throws OutcomeException when that was not possible
     */
    default List<Adapted<T>> adapt(Instant now) throws OutcomeException {
        return List.of();
    }
}
