package dev.falcoresponse.action;

import dev.falcoresponse.event.Alert;
import java.util.List;

/** The kind of object that an action is for: how an alert leads to an object, and what protects it. */
public interface Target<T> {
    /** Guards on the alert that need no call to the API server, in their order; rule and priority have been checked. */
    List<Guard<Alert>> alertGuards(Effect effect);

    /**
     * The object that the alert is about, with the proof that it is the one.
     *
     * @param read where to read it from first; an object that is missing in the cache is looked for in the store
     * @throws OutcomeException when the API server could not be asked
     */
    Found<T> find(Alert alert, Effect effect, Read read) throws OutcomeException;

    /** Guards on the object, in their order. */
    List<Guard<T>> guards(Effect effect);

    /** What the function must be allowed to do to find objects and to write Kubernetes Events about them. */
    List<Permission> permissions();

    /** How record, Kubernetes Event and limits name the object. */
    ObjectReference reference(T object);
}
