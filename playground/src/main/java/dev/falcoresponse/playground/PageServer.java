package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.falcoresponse.playground.PageFiles.PageFile;
import dev.falcoresponse.testing.StartException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the page on loopback: its static files, JSON for what it shows, and a stream of change notifications. The page
 * shows the content of alerts as text, never as markup.
 */
final class PageServer implements AutoCloseable {
    private static final ObjectMapper JSON = new JsonMapper();
    /** Larger than any alert, and large enough for a file of alerts. */
    private static final int MAX_BODY = 8 << 20;

    /** Answers a request with JSON. */
    private interface Endpoint {
        JsonNode answer(JsonNode body, Map<String, String> query) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Session session;
    private final PageSecurity security;
    /** By method and path. */
    private final Map<String, Endpoint> endpoints;

    private PageServer(HttpServer server, Session session) {
        this.server = server;
        this.session = session;
        this.security = new PageSecurity(server.getAddress().getPort());
        this.endpoints = Map.ofEntries(
                Map.entry("GET /api/state", (_, _) -> session.state()),
                Map.entry("GET /api/rules", (_, _) -> session.content().rules()),
                Map.entry("GET /api/recorded", (_, _) -> session.content().recorded()),
                Map.entry("GET /api/cluster", (_, _) -> session.content().cluster()),
                Map.entry("GET /api/history", (_, query) -> session.history().since(number(query, "since"))),
                Map.entry("GET /api/settings", (_, _) -> session.settings()),
                Map.entry(
                        "GET /api/evidence",
                        (_, query) -> session.content().evidence(query.getOrDefault("location", ""))),
                Map.entry(
                        "GET /api/owners",
                        (_, query) -> session.content()
                                .owners(query.getOrDefault("namespace", ""), query.getOrDefault("owner", ""))),
                Map.entry("POST /api/what-if", (body, _) -> session.whatIf(body)),
                Map.entry("POST /api/compose", (body, _) -> session.content().compose(body)),
                Map.entry("POST /api/release", (body, _) -> session.release(body)),
                Map.entry("POST /api/decide", (body, _) -> session.decide(body)),
                Map.entry("POST /api/exempt", (body, _) -> session.exempt(body)),
                Map.entry("POST /api/mode", (body, _) -> session.mode(body)),
                Map.entry("POST /api/try", (body, _) -> session.trySetting(body)));
    }

    /** Starts the server on a port of loopback; 0 means any free port. */
    static PageServer start(int port, Session session) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        PageServer page = new PageServer(server, session);
        server.createContext("/", page::handle);
        server.setExecutor(page.threads);
        server.start();
        return page;
    }

    /** The address with the key that opens the page. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/?" + security.query());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            security.addHeaders(exchange.getResponseHeaders());
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            boolean isGet = method.equals("GET");
            if (!security.isAllowed(exchange)) {
                send(exchange, 403, "text/plain", "Only requests from this page are allowed".getBytes(UTF_8));
            } else if (security.isEntrance(exchange)) {
                exchange.getResponseHeaders().set("Set-Cookie", security.setCookie());
                exchange.getResponseHeaders().set("Location", "/");
                exchange.sendResponseHeaders(303, -1);
            } else if (!security.knowsKey(exchange)) {
                send(exchange, 403, "text/plain", "Open the address that ./play has printed".getBytes(UTF_8));
            } else if (isGet && path.equals("/api/live")) {
                streamUpdates(exchange);
            } else if (method.equals("POST") && path.equals("/api/send")) {
                sendAlerts(exchange);
            } else if (endpoints.containsKey(method + " " + path)) {
                call(exchange, Objects.requireNonNull(endpoints.get(method + " " + path)));
            } else {
                file(exchange, isGet ? PageFiles.find(path) : Optional.empty());
            }
        }
    }

    private void call(HttpExchange exchange, Endpoint endpoint) throws IOException {
        withBody(exchange, body -> json(exchange, 200, endpoint.answer(body, query(exchange.getRequestURI()))));
    }

    /** Answers with one JSON object per line: first the number of alerts, then each result as soon as it is there. */
    private void sendAlerts(HttpExchange exchange) throws IOException {
        withBody(exchange, body -> {
            AlertBatch batch = session.send(body);
            exchange.getResponseHeaders().set("Content-Type", "application/jsonl");
            exchange.sendResponseHeaders(200, 0);
            line(exchange, JSON.createObjectNode().put("sent", batch.size()));
            for (int i = 0; i < batch.size(); i++) {
                line(exchange, batch.nextResult());
            }
        });
    }

    private static void line(HttpExchange exchange, JsonNode json) throws IOException {
        OutputStream out = exchange.getResponseBody();
        out.write((json + "\n").getBytes(UTF_8));
        out.flush();
    }

    private interface BodyHandler {
        void handle(JsonNode body) throws IOException;
    }

    /** Reads the request's body; a failure of the handler becomes an error for the page. */
    private void withBody(HttpExchange exchange, BodyHandler handler) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        try {
            if (body.length > MAX_BODY) {
                throw new IllegalArgumentException("The request is larger than " + (MAX_BODY >> 20) + " MiB");
            }
            handler.handle(body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body));
        } catch (JsonProcessingException e) {
            error(exchange, 400, "The request is not JSON: " + e.getOriginalMessage());
        } catch (StartException e) {
            error(exchange, 500, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            error(exchange, 400, String.valueOf(e.getMessage()));
        } catch (KubernetesClientException e) {
            error(
                    exchange,
                    502,
                    e.getCode() == 404 ? "The object no longer exists" : "The cluster failed: " + e.getMessage());
        } catch (RuntimeException e) {
            error(exchange, 500, "Internal error: " + e.getClass().getSimpleName());
        }
    }

    /** Sends one server-sent event per change; the page then loads what it shows. */
    private void streamUpdates(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody();
                PageUpdates.Subscription subscription = session.updates().subscribe()) {
            out.write("retry: 1000\n\n".getBytes(UTF_8));
            out.flush();
            while (true) {
                String update = subscription.next();
                out.write(("data: " + update + "\n\n").getBytes(UTF_8));
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int number(Map<String, String> query, String name) {
        try {
            return Integer.parseInt(query.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is not a number", e);
        }
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new HashMap<>();
        String raw = uri.getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                String[] parts = pair.split("=", 2);
                query.put(parts[0], parts.length > 1 ? URLDecoder.decode(parts[1], UTF_8) : "");
            }
        }
        return query;
    }

    private static void file(HttpExchange exchange, Optional<PageFile> file) throws IOException {
        if (file.isPresent()) {
            send(exchange, 200, file.get().type(), file.get().read());
        } else {
            send(exchange, 404, "text/plain", "There is no such page".getBytes(UTF_8));
        }
    }

    private static void error(HttpExchange exchange, int status, String sentence) throws IOException {
        json(exchange, status, JSON.createObjectNode().put("error", sentence));
    }

    private static void json(HttpExchange exchange, int status, JsonNode json) throws IOException {
        send(exchange, status, "application/json", JSON.writeValueAsBytes(json));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
