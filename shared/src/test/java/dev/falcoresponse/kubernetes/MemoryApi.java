package dev.falcoresponse.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Stub;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpHeaders;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An API server in memory, which gives the answers that a test has written down, and 404 to everything else. */
public final class MemoryApi {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private final Map<String, Deque<Object>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /**
     * A request that was received.
     *
     * @param line method, path and query
     */
    public record Request(String line, String body) {}

    /** An answer of a server that may be no API server. */
    public record Raw(int code, String body) {}

    /**
     * Writes down the answers to a request, of which the last is repeated: objects, a {@link Status} with its code, a {@link Raw}, or the
     * exception that a broken connection leads to.
     *
     * @param line method, path and query
     */
    public MemoryApi on(String line, Object... inTurn) {
        answers.put(line, new ArrayDeque<>(List.of(inTurn)));
        return this;
    }

    /** All requests so far whose line begins like this. */
    public List<Request> requests(String start) {
        return requests.stream().filter(each -> each.line().startsWith(start)).toList();
    }

    /** A client of this server. */
    public ApiClient client() {
        HttpClient http = Stub.of(
                HttpClient.class,
                Map.of("newHttpRequestBuilder", _ -> new StandardHttpRequest.Builder(), "sendAsync", this::answer));
        Map<String, Function<Object[], ?>> parts =
                Map.of("getKubernetesSerialization", _ -> JSON, "getHttpClient", _ -> http, "getMasterUrl", _ -> url());
        return new ApiClient(Stub.of(KubernetesClient.class, parts), Duration.ofSeconds(5));
    }

    private static URL url() {
        try {
            return URI.create("http://memory/").toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A future, as the client expects it. */
    private Object answer(Object... arguments) {
        HttpRequest request = (HttpRequest) arguments[0];
        String query = request.uri().getRawQuery();
        String line = request.method() + " " + request.uri().getPath() + (query == null ? "" : "?" + query);
        requests.add(new Request(line, Optional.ofNullable(request.bodyString()).orElse("")));
        Object answer = next(line);
        return answer instanceof Exception broken
                ? CompletableFuture.failedFuture(broken)
                : CompletableFuture.completedFuture(new Response(request, answer));
    }

    private Object next(String line) {
        Deque<Object> left =
                answers.getOrDefault(line, new ArrayDeque<>(List.of(status(404, "NotFound", "not found"))));
        synchronized (left) {
            return left.size() > 1 ? left.removeFirst() : left.getFirst();
        }
    }

    /** An error, as the API server writes it. */
    public static Status status(int code, String reason, String message) {
        return new StatusBuilder()
                .withCode(code)
                .withReason(reason)
                .withMessage(message)
                .build();
    }

    private static final class Response extends StandardHttpHeaders implements HttpResponse<byte[]> {
        private final HttpRequest request;
        private final Object answer;

        Response(HttpRequest request, Object answer) {
            this.request = request;
            this.answer = answer;
        }

        @Override
        public int code() {
            return switch (answer) {
                case Status status -> status.getCode();
                case Raw raw -> raw.code();
                default -> 200;
            };
        }

        @Override
        public byte[] body() {
            String text = switch (answer) {
                case String written -> written;
                case Raw raw -> raw.body();
                default -> JSON.asJson(answer);
            };
            return text.getBytes(UTF_8);
        }

        @Override
        public HttpRequest request() {
            return request;
        }

        @Override
        public Optional<HttpResponse<?>> previousResponse() {
            return Optional.empty();
        }
    }
}
