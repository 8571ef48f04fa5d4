package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.falcoresponse.testing.StartException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The page, on loopback: static files of its own, JSON for what they show, and a stream that says when something is new.
 * The JDK's server is all that it takes; what an alert holds becomes text in the browser, never markup.
 */
final class PageServer implements AutoCloseable {
    private static final ObjectMapper JSON = new JsonMapper();
    /** More than any alert, and enough for a file of them. */
    private static final int MAX_BODY = 8 << 20;

    private static final Map<String, String> FILES = Map.of(
            "/", "index.html",
            "/page.css", "page.css",
            "/page.js", "page.js",
            "/icon.svg", "icon.svg");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    /** What a request brings, and what is answered as JSON. */
    private interface Call {
        JsonNode answer(JsonNode body, Map<String, String> query) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Session session;
    private final PageGate gate;
    /** By method and path. */
    private final Map<String, Call> calls;

    private PageServer(HttpServer server, Session session) {
        this.server = server;
        this.session = session;
        this.gate = new PageGate(server.getAddress().getPort());
        this.calls = Map.ofEntries(
                Map.entry("GET /api/state", (_, _) -> session.state()),
                Map.entry("GET /api/rules", (_, _) -> session.rules()),
                Map.entry("GET /api/recorded", (_, _) -> session.recorded()),
                Map.entry("GET /api/cluster", (_, _) -> session.cluster()),
                Map.entry("GET /api/history", (_, query) -> session.history().since(number(query, "since"))),
                Map.entry("GET /api/settings", (_, _) -> session.settings()),
                Map.entry("GET /api/evidence", (_, query) -> session.evidence(query.getOrDefault("location", ""))),
                Map.entry("POST /api/compose", (body, _) -> session.compose(body)),
                Map.entry("POST /api/release", (body, _) -> session.release(body)),
                Map.entry("POST /api/exempt", (body, _) -> session.exempt(body)),
                Map.entry("POST /api/mode", (body, _) -> session.mode(body)),
                Map.entry("POST /api/try", (body, _) -> session.tryOut(body)));
    }

    /** Starts it on a port of loopback; 0 is any. */
    static PageServer start(int port, Session session) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        PageServer page = new PageServer(server, session);
        server.createContext("/", page::handle);
        server.setExecutor(page.threads);
        server.start();
        return page;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            gate.harden(exchange.getResponseHeaders());
            String path = exchange.getRequestURI().getPath();
            boolean read = exchange.getRequestMethod().equals("GET");
            if (!gate.admits(exchange)) {
                send(exchange, 403, "text/plain", "Only this page itself may ask here".getBytes(UTF_8));
            } else if (read && FILES.containsKey(path)) {
                file(exchange, FILES.getOrDefault(path, ""));
            } else if (read && path.equals("/api/live")) {
                live(exchange);
            } else if (exchange.getRequestMethod().equals("POST") && path.equals("/api/send")) {
                stream(exchange);
            } else if (calls.containsKey(exchange.getRequestMethod() + " " + path)) {
                call(exchange, Objects.requireNonNull(calls.get(exchange.getRequestMethod() + " " + path)));
            } else {
                send(exchange, 404, "text/plain", "There is nothing here".getBytes(UTF_8));
            }
        }
    }

    private void call(HttpExchange exchange, Call call) throws IOException {
        answer(exchange, body -> json(exchange, 200, call.answer(body, query(exchange.getRequestURI()))));
    }

    /** How many are on their way, then each when it has been answered: one JSON object a line. */
    private void stream(HttpExchange exchange) throws IOException {
        answer(exchange, body -> {
            Sending sending = session.send(body);
            exchange.getResponseHeaders().set("Content-Type", "application/jsonl");
            exchange.sendResponseHeaders(200, 0);
            line(exchange, JSON.createObjectNode().put("sent", sending.count()));
            for (int i = 0; i < sending.count(); i++) {
                line(exchange, sending.next());
            }
        });
    }

    private static void line(HttpExchange exchange, JsonNode json) throws IOException {
        OutputStream out = exchange.getResponseBody();
        out.write((json + "\n").getBytes(UTF_8));
        out.flush();
    }

    private interface Answering {
        void with(JsonNode body) throws IOException;
    }

    private void answer(HttpExchange exchange, Answering answering) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        try {
            if (body.length > MAX_BODY) {
                throw new IllegalArgumentException("That is more than " + (MAX_BODY >> 20) + " MiB");
            }
            answering.with(body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body));
        } catch (JsonProcessingException e) {
            error(exchange, 400, "The request is no JSON: " + e.getOriginalMessage());
        } catch (StartException e) {
            error(exchange, 500, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            error(exchange, 400, String.valueOf(e.getMessage()));
        } catch (KubernetesClientException e) {
            error(exchange, 502, e.getCode() == 404 ? "That is gone" : "The cluster did not do it: " + e.getMessage());
        } catch (RuntimeException e) {
            error(exchange, 500, "That went wrong: " + e.getClass().getSimpleName());
        }
    }

    /** Says what is new, one word an event; the page then asks for what it shows. */
    private void live(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody();
                News.Listener listener = session.news().listen()) {
            out.write("retry: 1000\n\n".getBytes(UTF_8));
            out.flush();
            while (true) {
                String word = listener.next();
                out.write(("data: " + word + "\n\n").getBytes(UTF_8));
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
            throw new IllegalArgumentException(name + " is no number", e);
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

    private static void file(HttpExchange exchange, String name) throws IOException {
        try (InputStream stream = PageServer.class.getResourceAsStream("/page/" + name)) {
            if (stream == null) {
                throw new IOException("page/" + name + " is not in the jar");
            }
            send(
                    exchange,
                    200,
                    TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain"),
                    stream.readAllBytes());
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
