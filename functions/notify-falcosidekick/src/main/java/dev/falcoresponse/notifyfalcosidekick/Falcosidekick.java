package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.http.HttpSender;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;

/**
 * Sends events to Falcosidekick's own endpoint, the one that Falco posts to. Its 200 means that the event was accepted, and
 * nothing about its outputs: those are in Falcosidekick's log.
 */
final class Falcosidekick implements AutoCloseable {
    private final HttpSender http;

    /**
     * A connection to Falcosidekick.
     *
     * @param address ends with a slash
     * @param timeout until the head of each answer
     */
    Falcosidekick(URI address, Duration timeout) {
        this.http = new HttpSender(
                "Falcosidekick", address, timeout, status -> status < 500 && status != 408 && status != 429);
    }

    /**
     * Sends a message.
     *
     * @throws OutcomeException as failed when it was not accepted
     */
    void post(Message message) throws OutcomeException {
        HttpRequest request = http.request()
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(message.json()))
                .build();
        send(request, message);
    }

    /**
     * Asks whether Falcosidekick is there; nobody is told anything.
     *
     * @throws OutcomeException as failed when it is not
     */
    void ping(Message message) throws OutcomeException {
        send(http.request("ping").GET().build(), message);
    }

    private void send(HttpRequest request, Message message) throws OutcomeException {
        try {
            http.send(request);
        } catch (OutcomeException e) {
            throw e.outcome() instanceof Failed failed ? new OutcomeException(failed.with(message.details())) : e;
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
