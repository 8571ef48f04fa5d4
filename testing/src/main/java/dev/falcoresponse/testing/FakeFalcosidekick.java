package dev.falcoresponse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A fake Falcosidekick on loopback: it accepts and refuses the same events as the real one, and keeps the accepted ones. */
public final class FakeFalcosidekick implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> PRIORITIES =
            Set.of("debug", "informational", "info", "notice", "warning", "error", "critical", "alert", "emergency");

    private final LoopbackServer server = LoopbackServer.start(this::answer);
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile boolean endless;

    private FakeFalcosidekick() {}

    /** Starts the server on a free port. */
    public static FakeFalcosidekick start() {
        return new FakeFalcosidekick();
    }

    public URI uri() {
        return server.uri().resolve("/");
    }

    /** Sets the status of all following answers; only with 200 are events kept. */
    public void answers(int answer) {
        status = answer;
    }

    /** Makes all following answers start normally and never end. */
    public void neverEnds() {
        endless = true;
    }

    /** The accepted events, in order. */
    public List<JsonNode> events() {
        return List.copyOf(events);
    }

    /** Clears the accepted events, and answers normally again. */
    public void forget() {
        events.clear();
        status = 200;
        endless = false;
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Retry-After", "7");
        int answer = exchange.getRequestMethod().equals("POST") ? take(body) : status;
        if (endless) {
            exchange.sendResponseHeaders(answer, 1_000_000);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
        } else {
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        }
    }

    private int take(byte[] body) throws IOException {
        if (status != 200) {
            return status;
        }
        JsonNode event = JSON.readTree(body);
        if (!isValid(event)) {
            return 400;
        }
        events.add(event);
        return 200;
    }

    /** Refuses also the events that make the real server's handler panic. */
    private static boolean isValid(JsonNode event) {
        JsonNode fields = event.path("output_fields");
        return !event.path("rule").asText().isEmpty()
                && PRIORITIES.contains(event.path("priority").asText().toLowerCase(Locale.ROOT))
                && isTime(event.path("time").asText())
                && fields.isObject()
                && !fields.isEmpty()
                && List.of("k8s.ns.name", "k8s.pod.name").stream()
                        .map(fields::path)
                        .allMatch(field -> field.isMissingNode() || field.isTextual());
    }

    private static boolean isTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
