package dev.falcoresponse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stand-in for a broker's ingress on loopback: it takes CloudEvents in structured JSON, and keeps them. As at a real ingress, the
 * path names a namespace and its broker, and every other path is answered with 404.
 */
public final class EventSink implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;
    private static final String PATH = "/falco-response/default";

    private final LoopbackServer server = LoopbackServer.start(this::answer);
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();

    /** 0 for none. */
    private final AtomicInteger once = new AtomicInteger();

    private volatile int status = ACCEPTED;

    private EventSink() {}

    /** Starts the server on a free port. */
    public static EventSink start() {
        return new EventSink();
    }

    public URI uri() {
        return server.uri().resolve(PATH);
    }

    /** Sets the status of all following answers; only with 202 are events kept. */
    public void answers(int answer) {
        refused.set(0);
        status = answer;
    }

    /** Sets the status of the next answer only. */
    public void answersOnce(int answer) {
        refused.set(0);
        once.set(answer);
    }

    /** How many events were not accepted since an answer was set. */
    public int refused() {
        return refused.get();
    }

    /** The accepted events of a type, in order. */
    public List<JsonNode> events(String type) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .toList();
    }

    /** Takes all accepted events out. */
    public List<JsonNode> drain() {
        List<JsonNode> all = new ArrayList<>(events);
        events.removeAll(all);
        return all;
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode event = JSON.readTree(exchange.getRequestBody().readAllBytes());
        int first = once.getAndSet(0);
        int known = first == 0 ? status : first;
        int answer = exchange.getRequestURI().getPath().equals(PATH) ? known : NOT_FOUND;
        if (answer == ACCEPTED) {
            events.add(event);
        } else {
            refused.incrementAndGet();
        }
        exchange.sendResponseHeaders(answer, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.close();
    }
}
