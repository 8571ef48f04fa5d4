package dev.falcoresponse.kubernetes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends single requests to the API server, each with a deadline and never repeated: repeating is the broker's work.
 *
 * <p>The requests bypass the client's DSL, which sends no uid precondition and repeats changes by itself. Connections,
 * TLS, credentials and their rotation are the client's. Thread-safe.
 */
public final class ApiClient {
    public static final String JSON = "application/json";
    public static final String MERGE_PATCH = "application/merge-patch+json";

    private static final JsonFactory PARSER = new JsonFactory();
    private static final String NO_JSON = "its answer is no JSON";

    private final KubernetesSerialization serialization;
    private final HttpClient http;
    private final URL url;
    private final PendingCalls pending;

    /**
     * Sends requests through a client.
     *
     * @param timeout of each request, until its answer has been read
     */
    public ApiClient(KubernetesClient client, Duration timeout) {
        // Taken here and not at the first call: a client that is made while the HTTP server handles a request
        // is closed together with that server, before the last Kubernetes Events are written.
        serialization = client.getKubernetesSerialization();
        http = client.getHttpClient();
        url = client.getMasterUrl();
        pending = new PendingCalls(timeout);
    }

    /**
     * Sends a request and reads its answer as an object.
     *
     * @throws OutcomeException when the API server refused, or did not answer in time
     */
    public <T> T read(Call call, Class<T> type) throws OutcomeException {
        return exchange(call, JSON, null, type);
    }

    /**
     * Sends a request with a body and reads its answer as an object.
     *
     * @throws OutcomeException when the API server refused, or did not answer in time
     */
    public <T> T exchange(Call call, String mediaType, @Nullable Object body, Class<T> type) throws OutcomeException {
        return unmarshal(call, successful(call, respond(call, mediaType, body)), type);
    }

    /**
     * The answer to a change that admission may refuse.
     *
     * @param refusal admission's sentence; empty when the change was accepted
     * @param warnings what the server warns of, as it wrote them
     */
    public record Attempt(String refusal, List<String> warnings) {
        public Attempt {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Sends a change for the sake of what admission says about it.
     *
     * @throws OutcomeException when the API server refused for another reason, or did not answer in time
     */
    public Attempt attempt(Call call, String mediaType, Object body) throws OutcomeException {
        HttpResponse<byte[]> response = respond(call, mediaType, body);
        List<String> warnings = response.headers("Warning");
        if (response.isSuccessful()) {
            return new Attempt("", warnings);
        }
        Outcome outcome = failure(call, response, response.body());
        if (!outcome.reason().equals(Reason.REFUSED_BY_ADMISSION)) {
            throw new OutcomeException(outcome);
        }
        return new Attempt(outcome.message(), warnings);
    }

    /**
     * Sends a request whose answer has only the metadata of objects, however large the objects are.
     *
     * @param type of a single object or of a list, as without data
     * @throws OutcomeException when the API server refused, or did not answer in time
     */
    public <T> T readMetadata(Call call, Class<T> type) throws OutcomeException {
        String kind = call.name().isEmpty() ? "PartialObjectMetadataList" : "PartialObjectMetadata";
        HttpRequest request = builder(call, JSON, null)
                .header("Accept", "application/json;as=" + kind + ";v=v1;g=meta.k8s.io")
                .build();
        return unmarshal(call, successful(call, pending.await(call, send(request))), type);
    }

    private <T> T unmarshal(Call call, byte[] answer, Class<T> type) throws OutcomeException {
        return read(answer, type).orElseThrow(() -> pending.unavailable(call, NO_JSON));
    }

    /** Empty when it is no such object: an answer of no bytes, for example, is read as null. */
    private <T> Optional<T> read(byte[] answer, Class<T> type) {
        try {
            return Optional.ofNullable(serialization.unmarshal(new ByteArrayInputStream(answer), type));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * Sends a request whose path may not exist at all; empty for every 404.
     *
     * @throws OutcomeException when the API server refused, or did not answer in time
     */
    public <T> Optional<T> discover(Call call, Class<T> type) throws OutcomeException {
        HttpResponse<byte[]> response = respond(call, JSON, null);
        return response.code() == 404
                ? Optional.empty()
                : Optional.of(unmarshal(call, successful(call, response), type));
    }

    /**
     * Sends a change and checks only that its answer is a JSON object, and so the API server's own.
     *
     * @throws OutcomeException when the API server refused, or did not answer in time
     */
    public void change(Call call, String mediaType, Object body) throws OutcomeException {
        try (JsonParser parser = PARSER.createParser(successful(call, respond(call, mediaType, body)))) {
            if (parser.nextToken() == JsonToken.START_OBJECT
                    && parser.skipChildren().currentToken() == JsonToken.END_OBJECT) {
                return;
            }
        } catch (IOException e) {
            // reported below
        }
        throw pending.unavailable(call, NO_JSON);
    }

    /**
     * Starts a request whose answer is read as it comes.
     *
     * @return the head of the answer, with any status
     * @throws OutcomeException when no answer began in time
     */
    public HttpResponse<AsyncBody> stream(Call call, AsyncBody.Consumer<List<ByteBuffer>> consumer)
            throws OutcomeException {
        return pending.await(call, http.consumeBytes(request(call, JSON, null), consumer));
    }

    /** What an answer with an error status means for the event. */
    public Outcome failure(Call call, HttpResponse<?> response, byte[] body) {
        return ApiErrors.outcome(call, response.code(), status(body), retryAfter(response));
    }

    private HttpResponse<byte[]> respond(Call call, String mediaType, @Nullable Object body) throws OutcomeException {
        return pending.await(call, send(request(call, mediaType, body)));
    }

    private byte[] successful(Call call, HttpResponse<byte[]> response) throws OutcomeException {
        if (!response.isSuccessful()) {
            Outcome outcome = failure(call, response, response.body());
            throw outcome.reason().equals(Reason.CONFLICT)
                    ? new ConflictException(outcome)
                    : new OutcomeException(outcome);
        }
        return response.body();
    }

    private HttpRequest request(Call call, String mediaType, @Nullable Object body) {
        return builder(call, mediaType, body).build();
    }

    private HttpRequest.Builder builder(Call call, String mediaType, @Nullable Object body) {
        return http.newHttpRequestBuilder()
                .uri(url + call.path())
                .method(call.method(), mediaType, body == null ? null : serialization.asJson(body));
    }

    private CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request) {
        try {
            return http.sendAsync(request, byte[].class);
        } catch (IllegalStateException e) { // the client is closed
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What lies between may answer with anything, or with nothing but the code. */
    private Status status(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        return read(body, Status.class)
                .orElseGet(() -> new StatusBuilder()
                        .withMessage(text.isEmpty() ? null : text)
                        .build());
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        String seconds = response.header("Retry-After");
        return seconds != null && seconds.matches("\\d{1,6}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
                : Optional.empty();
    }

    /** Loads the classes that the first request needs: that takes longer than any request. */
    public void warmUp(Class<?> read, Object written) {
        serialization.unmarshal("{}", read);
        serialization.asJson(written);
    }
}
