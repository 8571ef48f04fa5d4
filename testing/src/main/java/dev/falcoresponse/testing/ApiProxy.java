package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An HTTP proxy between a function and a real API server: it records each call, and can delay or answer it. */
public final class ApiProxy implements AutoCloseable {
    static {
        // by default the JDK's server closes idle connections beyond 200, which a client may be about to reuse
        System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
    }

    private static final int GATEWAY_TIMEOUT = 504;

    private final KubeAccess upstream;
    private final Fault fault;
    private final Predicate<Call> lost;
    private final LoopbackServer server;
    private final HttpClient client;
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();

    /** A header that makes the connection of its {@link Answer} break before the body ends. */
    public static final String BREAKS = "x-breaks";

    /** One API call of the function; {@code uri} includes the query. */
    public record Call(String method, String uri, String body) {}

    /** An answer of the proxy itself; {@code times} repeats the body, so that an answer can be very large. */
    public record Answer(int status, Map<String, String> headers, String body, int times) {
        public Answer(int status, Map<String, String> headers, String body) {
            this(status, headers, body, 1);
        }
    }

    /** Called before a call is forwarded; if it returns an answer, the call is not forwarded. */
    @FunctionalInterface
    public interface Fault {
        Optional<Answer> before(Call call);
    }

    private ApiProxy(KubeAccess upstream, Fault fault, Predicate<Call> lost)
            throws IOException, GeneralSecurityException {
        this.upstream = upstream;
        this.fault = fault;
        this.lost = lost;
        // with HTTP/2 the JDK's client fails on more concurrent calls than the server's stream limit
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(upstream.certificate()))
                .build();
        this.server = LoopbackServer.start(this::handle);
    }

    /** Starts a proxy in front of an API server. */
    public static ApiProxy before(KubeAccess upstream, Fault fault) {
        return start(upstream, fault, _ -> false);
    }

    /** Starts a proxy that forwards every call, and answers some of them with 504 and no body after that. */
    public static ApiProxy losing(KubeAccess upstream, Predicate<Call> lost) {
        return start(upstream, _ -> Optional.empty(), lost);
    }

    private static ApiProxy start(KubeAccess upstream, Fault fault, Predicate<Call> lost) {
        try {
            return new ApiProxy(upstream, fault, lost);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Access through the proxy with the same token. */
    public KubeAccess access() {
        return new KubeAccess(server.uri().toString(), "", upstream.token());
    }

    /** The calls so far whose URI contains this text. */
    public List<Call> calls(String part) {
        return calls.stream().filter(call -> call.uri().contains(part)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Call call =
                new Call(exchange.getRequestMethod(), exchange.getRequestURI().toString(), new String(body, UTF_8));
        calls.add(call);
        Optional<Answer> answer = fault.before(call);
        if (answer.isPresent()) {
            answer.get()
                    .headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            respond(exchange, answer.get());
        } else {
            forward(exchange, call);
        }
    }

    private static void respond(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(UTF_8);
        if (answer.headers().containsKey(BREAKS)) {
            // the declared length is twice the body: the client sees the connection break in the middle
            exchange.sendResponseHeaders(answer.status(), body.length * 2L);
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
            throw new IOException("broken on purpose");
        }
        if (answer.times() == 1) {
            respond(exchange, answer.status(), body);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), 0);
        try (OutputStream stream = exchange.getResponseBody()) {
            for (int i = 0; i < answer.times(); i++) {
                stream.write(body);
            }
        }
    }

    private void forward(HttpExchange exchange, Call call) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(upstream.url() + call.uri()))
                .method(call.method(), BodyPublishers.ofString(call.body()));
        for (String name : List.of("Authorization", "Content-Type", "Accept")) {
            Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
                    .ifPresent(value -> request.header(name, value));
        }
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            if (lost.test(call)) {
                respond(exchange, GATEWAY_TIMEOUT, new byte[0]);
                return;
            }
            for (String name : List.of("Content-Type", "Retry-After", "Warning")) {
                response.headers()
                        .firstValue(name)
                        .ifPresent(value -> exchange.getResponseHeaders().add(name, value));
            }
            respond(exchange, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.close();
        }
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream stream = exchange.getResponseBody()) {
            stream.write(body);
        }
    }

    private static SSLContext trusting(String certificate) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int entry = 0;
        for (var authority : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(certificate.getBytes(UTF_8)))) {
            store.setCertificateEntry("api-server-" + entry++, authority);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
