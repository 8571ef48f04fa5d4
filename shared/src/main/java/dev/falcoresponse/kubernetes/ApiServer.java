package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.Reason.TIMEOUT;
import static dev.falcoresponse.Reason.UNAVAILABLE;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.settings.SettingReader;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The calls on the way of an event, each one request with a deadline and never repeated: the broker does that.
 *
 * <p>They go around the client's DSL, which sends no uid precondition and repeats changes on its own; connections,
 * TLS, credentials and their rotation are the client's.
 */
public final class ApiServer {
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
        Pod pod = send(Call.onPod("GET", "get", "pods", namespace, name, version), null, Pod.class);
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
        Call call = Call.onPod("DELETE", "delete", "pods", meta.getNamespace(), meta.getName(), "");
        send(call, options(pod, grace, run), Object.class);
    }

    /**
     * Evicts exactly this pod, if its disruption budgets allow it.
     *
     * @param grace how long its containers may take to end, in whole seconds
     * @throws ApiException as skipped when the pod is gone or replaced, as failed otherwise
     */
    public void evict(Pod pod, Duration grace, Run run) throws ApiException {
        var meta = pod.getMetadata();
        Call call = Call.onPod("POST", "create", "pods/eviction", meta.getNamespace(), meta.getName(), "/eviction");
        var eviction = new EvictionBuilder()
                .withNewMetadata()
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .endMetadata()
                .withDeleteOptions(options(pod, grace, run))
                .build();
        send(call, eviction, Object.class);
    }

    /**
     * Writes a Kubernetes Event.
     *
     * @throws ApiException as failed
     */
    public void create(Event event) throws ApiException {
        String namespace = event.getMetadata().getNamespace();
        String path = "apis/events.k8s.io/v1/namespaces/" + namespace + "/events";
        send(new Call("POST", path, "create", "events", namespace, ""), event, Object.class);
    }

    private static DeleteOptions options(Pod pod, Duration grace, Run run) {
        var options = new DeleteOptionsBuilder()
                .withGracePeriodSeconds(grace.toSeconds())
                .withNewPreconditions()
                .withUid(pod.getMetadata().getUid())
                .endPreconditions();
        return run == Run.DRY ? options.withDryRun("All").build() : options.build();
    }

    private <T> T send(Call call, @Nullable Object body, Class<T> type) throws ApiException {
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(url + call.path())
                .method(call.method(), "application/json", body == null ? null : json.asJson(body))
                .build();
        HttpResponse<byte[]> response = await(call, send(request));
        if (!response.isSuccessful()) {
            throw new ApiException(
                    ApiErrors.outcome(call, response.code(), status(response.body()), retryAfter(response)));
        }
        try {
            return json.unmarshal(new ByteArrayInputStream(response.body()), type);
        } catch (RuntimeException e) {
            throw new ApiException(unavailable(call, "its answer is no JSON"));
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request) {
        try {
            return http.sendAsync(request, byte[].class);
        } catch (IllegalStateException e) { // it is closed
            return CompletableFuture.failedFuture(e);
        }
    }

    private HttpResponse<byte[]> await(Call call, CompletableFuture<HttpResponse<byte[]>> pending) throws ApiException {
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
