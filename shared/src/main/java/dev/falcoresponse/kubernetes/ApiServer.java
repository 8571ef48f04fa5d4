package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.Reason.CONFLICT;
import static dev.falcoresponse.Reason.FORBIDDEN;
import static dev.falcoresponse.Reason.NOT_FOUND;
import static dev.falcoresponse.Reason.REPLACED;
import static dev.falcoresponse.Reason.TIMEOUT;
import static dev.falcoresponse.Reason.UNAVAILABLE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.settings.SettingReader;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The calls on the way of an event, each one request with a deadline and never repeated: the broker does that.
 *
 * <p>They go around the client's DSL, which sends no uid precondition and repeats changes on its own; connections,
 * TLS, credentials and their rotation are the client's.
 */
public final class ApiServer {
    /** How often a pod is read again because someone else changed it meanwhile. */
    private static final int ATTEMPTS = 3;

    /** How much is read of an error. */
    private static final int MAX_ERROR = 64 * 1024;

    /** A field that the server does not know would otherwise be dropped, and with it what it was to do. */
    private static final String STRICT = "&fieldValidation=Strict";

    private static final JsonFactory JSON = new JsonFactory();
    private static final String NO_JSON = "its answer is no JSON";
    private static final String ACCESS_REVIEWS = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    private final KubernetesSerialization json;
    private final HttpClient http;
    private final URL url;
    private final Duration timeout;

    /**
     * Calls through a client.
     *
     * @param timeout how long one call may take
     */
    public ApiServer(KubernetesClient client, Duration timeout) {
        // Taken here, not at the first call: a client that is born while the HTTP server handles a request
        // is closed together with that server, before the last Kubernetes Events are written.
        json = client.getKubernetesSerialization();
        http = client.getHttpClient();
        url = client.getMasterUrl();
        this.timeout = timeout;
    }

    /** Learns how to read pods and to write changes, which takes longer than any call: the first event need not wait for it. */
    public void warmUp() {
        json.unmarshal("{}", Pod.class);
        json.asJson(new DeleteOptionsBuilder()
                .withNewPreconditions()
                .endPreconditions()
                .build());
    }

    /** How a pod is read: from the server's watch cache, which may lag behind, or from the quorum of its store. */
    public enum Read {
        CACHED,
        QUORUM
    }

    /** Whether a change is made, or only tried by the server's own dry run. */
    public enum Run {
        REAL,
        DRY
    }

    /**
     * The pod of that name, whoever it is; both names must be ones that Kubernetes accepts.
     *
     * @throws ApiException as skipped/not-found when there is none, as failed otherwise
     */
    public Pod pod(String namespace, String name, Read read) throws ApiException {
        String version = read == Read.CACHED ? "?resourceVersion=0" : "";
        Pod pod = send(Call.on(Resource.PODS, "GET", "get", namespace, name, version), Pod.class);
        if (pod.getMetadata() == null || !name.equals(pod.getMetadata().getName())) {
            throw new ApiException(new Failed(UNAVAILABLE, "The API server answered with something that is no pod"));
        }
        return pod;
    }

    /**
     * Deletes exactly this pod.
     *
     * @param grace how long its containers may take to end, in whole seconds
     * @throws ApiException as skipped when the pod is gone or replaced, as failed otherwise
     */
    public void delete(Pod pod, Duration grace, Run run) throws ApiException {
        var meta = pod.getMetadata();
        Call call = Call.on(Resource.PODS, "DELETE", "delete", meta.getNamespace(), meta.getName(), "");
        var options = options(pod).withGracePeriodSeconds(grace.toSeconds());
        change(call, dry(options, run));
    }

    /**
     * Evicts exactly this pod, if its disruption budgets allow it.
     *
     * @param grace how long its containers may take to end, in whole seconds
     * @throws ApiException as skipped when the pod is gone or replaced, as failed otherwise
     */
    public void evict(Pod pod, Duration grace, Run run) throws ApiException {
        var meta = pod.getMetadata();
        String path = Resource.PODS.path(meta.getNamespace()) + "/" + meta.getName() + "/eviction";
        Call call = new Call("POST", path, "create", "pods/eviction", meta.getNamespace(), meta.getName());
        var eviction = new EvictionBuilder()
                .withNewMetadata()
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .endMetadata()
                .withDeleteOptions(dry(options(pod).withGracePeriodSeconds(grace.toSeconds()), run))
                .build();
        change(call, eviction);
    }

    /**
     * Changes exactly what the patch names, if everything that it tests is still so.
     *
     * @return the pod as it is now, or would be
     * @throws ApiException as failed/conflict when a test fails, which may be because the pod was replaced
     */
    private Pod patch(Pod pod, JsonPatch patch, Run run) throws ApiException {
        var meta = pod.getMetadata();
        String query = run == Run.DRY ? "?dryRun=All" : "";
        Call call = Call.on(Resource.PODS, "PATCH", "patch", meta.getNamespace(), meta.getName(), query);
        return send(call, "application/json-patch+json", patch.operations(), Pod.class);
    }

    /**
     * The same, and once more when someone else has changed the pod between the look and the patch: nothing of theirs
     * gets lost.
     *
     * @param change the patch for a pod as it is now
     * @return the pod as it is now, or would be
     * @throws ApiException as skipped when the pod is gone or replaced, as failed otherwise
     */
    public Pod patch(Pod pod, Function<Pod, JsonPatch> change, Run run) throws ApiException {
        Pod current = pod;
        for (int attempt = 1; ; attempt++) {
            try {
                return patch(current, change.apply(current), run);
            } catch (ApiException e) {
                if (e.outcome().reason() != CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
                current = again(pod);
            }
        }
    }

    private Pod again(Pod pod) throws ApiException {
        var meta = pod.getMetadata();
        Pod current = pod(meta.getNamespace(), meta.getName(), Read.QUORUM);
        if (!meta.getUid().equals(current.getMetadata().getUid())) {
            throw new ApiException(new Skipped(
                    REPLACED,
                    "Pod " + meta.getNamespace() + "/" + meta.getName() + " was replaced by a namesake (uid "
                            + current.getMetadata().getUid() + "), which is left alone"));
        }
        return current;
    }

    /**
     * An object by its name, read from the quorum of the store; empty when there is none.
     *
     * @throws ApiException as failed
     */
    public <T> Optional<T> find(Resource resource, String namespace, String name, Class<T> type) throws ApiException {
        try {
            return Optional.of(send(Call.on(resource, "GET", "get", namespace, name, ""), type));
        } catch (ApiException e) {
            if (e.outcome().reason() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * All objects of a kind in a namespace, read from the quorum of the store.
     *
     * @param namespace empty for all of them
     * @throws ApiException as failed
     */
    public <T> T list(Resource resource, String namespace, Class<T> listType) throws ApiException {
        return list(resource, namespace, "", listType);
    }

    /**
     * The same for those that a query selects.
     *
     * @param query such as {@code ?labelSelector=a%3Db}
     * @throws ApiException as failed
     */
    public <T> T list(Resource resource, String namespace, String query, Class<T> listType) throws ApiException {
        String path = resource.path(namespace) + query;
        return send(new Call("GET", path, "list", resource.text(), namespace, ""), listType);
    }

    /**
     * Whether the server knows a kind at all, by its own account.
     *
     * @throws ApiException as failed
     */
    public boolean serves(Resource resource) throws ApiException {
        HttpResponse<byte[]> response =
                ask(new Call("GET", resource.discoveryPath(), "discover", resource.text(), "", ""));
        if (response.code() == 404) {
            return false;
        }
        return json.unmarshal(new ByteArrayInputStream(response.body()), APIResourceList.class).getResources().stream()
                .anyMatch(each -> each.getName().equals(resource.plural()));
    }

    /**
     * Whether the server would let this function do something, by its own account.
     *
     * @param namespace empty for all of them
     * @throws ApiException as failed
     */
    public boolean allows(Permission permission, String namespace) throws ApiException {
        String[] resource = permission.resource().split("/", 2);
        var review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb(permission.verb())
                .withGroup(permission.group())
                .withResource(resource[0])
                .withSubresource(resource.length > 1 ? resource[1] : null)
                .withNamespace(namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        Call call = new Call("POST", ACCESS_REVIEWS, "create", "selfsubjectaccessreviews", "", "");
        var status = send(call, review, SelfSubjectAccessReview.class).getStatus();
        return status != null && Boolean.TRUE.equals(status.getAllowed());
    }

    /**
     * A document that the server gives to whoever is known to it, such as {@code openid/v1/jwks}.
     *
     * @throws ApiException as failed, or as skipped/not-found
     */
    public String document(String path) throws ApiException {
        Call call = new Call("GET", path, "get", path, "", "");
        return new String(exchange(call, "application/json", null), StandardCharsets.UTF_8);
    }

    /** As {@link PodLogs#read} tells. */
    Optional<String> log(
            Pod pod, String container, boolean previous, Optional<Duration> since, Instant deadline, LogSink sink)
            throws ApiException, IOException {
        var meta = pod.getMetadata();
        String query = "/log?container=" + container + "&timestamps=true" + (previous ? "&previous=true" : "")
                + since.map(time -> "&sinceSeconds=" + time.toSeconds()).orElse("");
        String path = Resource.PODS.path(meta.getNamespace()) + "/" + meta.getName() + query;
        Call call = new Call("GET", path, "get", "pods/log", meta.getNamespace(), meta.getName());
        LogStream stream = new LogStream();
        HttpResponse<AsyncBody> response =
                await(call, http.consumeBytes(request(call, "application/json", null), stream));
        stream.start(response.body());
        if (response.isSuccessful()) {
            readAll(call, stream, deadline, sink);
            return Optional.empty();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        readAll(call, stream, deadline, bytes -> body.write(bytes, 0, Math.min(bytes.length, MAX_ERROR - body.size())));
        Outcome outcome = ApiErrors.outcome(call, response.code(), status(body.toByteArray()), retryAfter(response));
        if (outcome.reason() == FORBIDDEN) {
            throw new ApiException(outcome);
        }
        return Optional.of(outcome.message());
    }

    private void readAll(Call call, LogStream stream, Instant deadline, LogSink sink) throws ApiException, IOException {
        try {
            stream.readAll(timeout, deadline, sink);
        } catch (TimeoutException e) {
            throw new ApiException(timeout(call));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(unavailable(call, "interrupted"));
        } catch (ExecutionException e) {
            throw new ApiException(unavailable(call, String.valueOf(e.getCause())));
        }
    }

    private HttpResponse<byte[]> ask(Call call) throws ApiException {
        HttpResponse<byte[]> response = await(call, send(request(call, "application/json", null)));
        if (!response.isSuccessful() && response.code() != 404) {
            throw failure(call, response);
        }
        return response;
    }

    /**
     * Server-side apply.
     *
     * @param object the fields to own, with apiVersion, kind and name
     * @param force whether fields that others own are taken over; otherwise that is failed/conflict
     * @throws ApiException as failed
     */
    public void apply(
            Resource resource,
            String namespace,
            String name,
            Map<String, Object> object,
            String fieldManager,
            boolean force,
            Run run)
            throws ApiException {
        String query =
                "?fieldManager=" + fieldManager + "&force=" + force + STRICT + (run == Run.DRY ? "&dryRun=All" : "");
        Call call = Call.on(resource, "PATCH", "patch", namespace, name, query);
        change(call, "application/apply-patch+yaml", object);
    }

    /**
     * Makes an object that must not be there yet.
     *
     * @throws ApiException as failed, failed/conflict when it is there
     */
    public void create(Resource resource, String namespace, Map<String, Object> object, String fieldManager, Run run)
            throws ApiException {
        String query = "?fieldManager=" + fieldManager + STRICT + (run == Run.DRY ? "&dryRun=All" : "");
        String path = resource.path(namespace) + query;
        change(new Call("POST", path, "create", resource.text(), namespace, ""), object);
    }

    /**
     * Deletes exactly this object.
     *
     * @throws ApiException as skipped when it is gone or replaced, as failed otherwise
     */
    public void delete(Resource resource, HasMetadata object, Run run) throws ApiException {
        var meta = object.getMetadata();
        String namespace = resource.namespaced() ? meta.getNamespace() : "";
        Call call = Call.on(resource, "DELETE", "delete", namespace, meta.getName(), "");
        change(call, dry(options(object), run));
    }

    /**
     * Writes a Kubernetes Event.
     *
     * @throws ApiException as failed
     */
    public void create(Event event) throws ApiException {
        String namespace = event.getMetadata().getNamespace();
        Resource events = Resource.EVENTS;
        change(new Call("POST", events.path(namespace), "create", events.text(), namespace, ""), event);
    }

    private static DeleteOptionsBuilder options(HasMetadata object) {
        return new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(object.getMetadata().getUid())
                .endPreconditions();
    }

    private static DeleteOptions dry(DeleteOptionsBuilder options, Run run) {
        return run == Run.DRY ? options.withDryRun("All").build() : options.build();
    }

    private <T> T send(Call call, Class<T> type) throws ApiException {
        return send(call, null, type);
    }

    private <T> T send(Call call, @Nullable Object body, Class<T> type) throws ApiException {
        return send(call, "application/json", body, type);
    }

    private <T> T send(Call call, String mediaType, @Nullable Object body, Class<T> type) throws ApiException {
        byte[] answer = exchange(call, mediaType, body);
        try {
            return json.unmarshal(new ByteArrayInputStream(answer), type);
        } catch (RuntimeException e) {
            throw new ApiException(unavailable(call, NO_JSON));
        }
    }

    private void change(Call call, Object body) throws ApiException {
        change(call, "application/json", body);
    }

    /** Nobody needs to know what the object is now; only that it was an API server that said so. */
    private void change(Call call, String mediaType, Object body) throws ApiException {
        byte[] answer = exchange(call, mediaType, body);
        try (JsonParser parser = JSON.createParser(answer)) {
            if (parser.nextToken() == JsonToken.START_OBJECT
                    && parser.skipChildren().currentToken() == JsonToken.END_OBJECT) {
                return;
            }
        } catch (IOException e) {
            // told below
        }
        throw new ApiException(unavailable(call, NO_JSON));
    }

    private byte[] exchange(Call call, String mediaType, @Nullable Object body) throws ApiException {
        HttpResponse<byte[]> response = await(call, send(request(call, mediaType, body)));
        if (!response.isSuccessful()) {
            throw failure(call, response);
        }
        return response.body();
    }

    private HttpRequest request(Call call, String mediaType, @Nullable Object body) {
        return http.newHttpRequestBuilder()
                .uri(url + call.path())
                .method(call.method(), mediaType, body == null ? null : json.asJson(body))
                .build();
    }

    private ApiException failure(Call call, HttpResponse<byte[]> response) {
        return new ApiException(
                ApiErrors.outcome(call, response.code(), status(response.body()), retryAfter(response)));
    }

    private CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request) {
        try {
            return http.sendAsync(request, byte[].class);
        } catch (IllegalStateException e) { // it is closed
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> T await(Call call, CompletableFuture<T> pending) throws ApiException {
        try {
            return pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw new ApiException(timeout(call));
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new ApiException(unavailable(call, "interrupted"));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new ApiException(
                    cause instanceof TimeoutException
                                    || cause instanceof HttpTimeoutException
                                    || cause instanceof SocketTimeoutException
                            ? timeout(call)
                            : unavailable(call, String.valueOf(cause)));
        }
    }

    private Outcome timeout(Call call) {
        return new Failed(TIMEOUT, "The API server took longer than " + SettingReader.text(timeout) + " to " + call);
    }

    private static Outcome unavailable(Call call, String why) {
        return new Failed(UNAVAILABLE, "The API server could not be asked to " + call + ": " + why);
    }

    private Status status(byte[] body) {
        try {
            return json.unmarshal(new ByteArrayInputStream(body), Status.class);
        } catch (RuntimeException e) {
            return new StatusBuilder()
                    .withMessage(new String(body, StandardCharsets.UTF_8))
                    .build();
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        String seconds = response.header("Retry-After");
        return seconds != null && seconds.matches("\\d{1,6}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
                : Optional.empty();
    }
}
