package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.settings.Durations;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Reads the logs of containers, on connections of their own: to give up one log closes its connection, and with HTTP/2 that
 * would end all other calls on it.
 */
final class PodLogs implements AutoCloseable {
    /** How much of an error is read, in bytes. */
    private static final int MAX_ERROR = 64 * 1024;

    private final KubernetesClient client;
    private final ApiClient api;
    private final Duration timeout;

    /**
     * Reads from the server of another client, with its credentials.
     *
     * @param timeout until the next chunk of a log
     */
    PodLogs(KubernetesClient like, Duration timeout) {
        this.client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(like.getConfiguration())
                        .withHttp2Disable(true)
                        .build())
                .build();
        this.api = new ApiClient(client, timeout);
        this.timeout = timeout;
    }

    /**
     * Streams a log as it is now, each line with its time.
     *
     * @param since only lines younger than this; empty: all
     * @param deadline when to give up, whatever is still to come
     * @return why the node would not give it; empty when it was read to its end
     * @throws OutcomeException as failed: forbidden, unavailable, or timeout when nothing came in time
     * @throws IOException when the sink fails
     */
    Optional<String> read(Pod pod, ContainerLog log, Optional<Duration> since, Instant deadline, LogSink sink)
            throws OutcomeException, IOException {
        Call call = call(pod, log, since);
        LogStream stream = new LogStream();
        HttpResponse<AsyncBody> response = api.stream(call, stream);
        stream.start(response.body());
        if (response.isSuccessful()) {
            readAll(call, stream, deadline, sink);
            return Optional.empty();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        readAll(call, stream, deadline, bytes -> body.write(bytes, 0, Math.min(bytes.length, MAX_ERROR - body.size())));
        Outcome outcome = api.failure(call, response, body.toByteArray());
        if (outcome.reason().equals(Reason.FORBIDDEN)) {
            throw new OutcomeException(outcome);
        }
        return Optional.of(outcome.message());
    }

    private static Call call(Pod pod, ContainerLog log, Optional<Duration> since) {
        var meta = pod.getMetadata();
        String query = "/log?container=" + log.container() + "&timestamps=true"
                + (log.previous() ? "&previous=true" : "")
                + since.map(time -> "&sinceSeconds=" + time.toSeconds()).orElse("");
        String path = Resource.PODS.path(meta.getNamespace()) + "/" + meta.getName() + query;
        return new Call("GET", path, "get", "pods/log", meta.getNamespace(), meta.getName());
    }

    private void readAll(Call call, LogStream stream, Instant deadline, LogSink sink)
            throws OutcomeException, IOException {
        try {
            stream.readAll(timeout, deadline, sink);
        } catch (TimeoutException e) {
            throw failed(Reason.TIMEOUT, "The API server took longer than " + Durations.text(timeout) + " to " + call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(Reason.UNAVAILABLE, "Interrupted while asking the API server to " + call);
        } catch (ExecutionException e) {
            throw failed(Reason.UNAVAILABLE, "The API server could not be asked to " + call + ": " + e.getCause());
        }
    }

    private static OutcomeException failed(Reason reason, String message) {
        return new OutcomeException(Failed.retryable(reason, message));
    }

    @Override
    public void close() {
        client.close();
    }
}
