package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.OutcomeException;
import io.fabric8.kubernetes.api.model.events.v1.Event;

/** Writes Kubernetes Events. */
public final class EventApi {
    private final ApiClient api;

    public EventApi(ApiClient api) {
        this.api = api;
    }

    /**
     * Creates an Event in its namespace.
     *
     * @throws OutcomeException as failed
     */
    public void create(Event event) throws OutcomeException {
        String namespace = event.getMetadata().getNamespace();
        Resource events = Resource.EVENTS;
        Call call = new Call("POST", events.path(namespace), "create", events.text(), namespace, "");
        api.change(call, ApiClient.JSON, event);
    }
}
