package dev.falcoresponse.action;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.record.ResponseRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An action that begins with an alert and ends later, when the clock's event finds that it can. */
public interface Deferred<T> extends Action<T> {
    @Override
    default Optional<Deferred<T>> deferred() {
        return Optional.of(this);
    }

    /**
     * The names of the objects with which it can go on.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    List<String> due(Instant now) throws OutcomeException;

    /**
     * One of them; empty when another replica has ended it.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    Optional<T> load(String name) throws OutcomeException;

    /** The alert with which it began. */
    Alert alert(T object);

    /** Whether the object waits because of this very alert. */
    boolean began(Alert alert, T object);

    /**
     * Goes on with an object. After a crash it is repeated, and must then end the same.
     *
     * @throws OutcomeException as failed when it is to be repeated
     */
    Change proceed(T object) throws OutcomeException;

    /**
     * Hands on a record which is not the reply to the clock's event.
     *
     * @throws OutcomeException as failed when it is to be repeated
     */
    void publish(ResponseRecord record) throws OutcomeException;

    /**
     * Ends the work on an object, once everybody was told: by one replica.
     *
     * @throws OutcomeException as failed when it is to be repeated
     */
    void end(T object) throws OutcomeException;

    /** What is said when the clock's event finds nothing to do. */
    Outcome nothingDue();
}
