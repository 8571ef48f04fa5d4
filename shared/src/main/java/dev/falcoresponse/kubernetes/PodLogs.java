package dev.falcoresponse.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The logs of pods, on connections of their own: to give up one log closes its connection, and with HTTP/2 all other
 * calls would be on it.
 */
public final class PodLogs implements AutoCloseable {
    private final KubernetesClient client;
    private final ApiServer api;

    /**
     * Asks the same server as another client, in the same name.
     *
     * @param timeout how long the next chunk of a log may take
     */
    public PodLogs(KubernetesClient like, Duration timeout) {
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(like.getConfiguration())
                        .withHttp2Disable(true)
                        .build())
                .build();
        api = new ApiServer(client, timeout);
    }

    /**
     * Streams the log of one container as it is now, with timestamps, in chunks of the server's size.
     *
     * @param previous the run before the present one
     * @param since only what is younger; empty: all
     * @param deadline when to give up, whatever is still to come
     * @return why the node would not give it; empty when it has been read to its end
     * @throws ApiException as failed: forbidden, unavailable, or timeout when nothing came in time
     * @throws IOException when the sink does not take it
     */
    public Optional<String> read(
            Pod pod, String container, boolean previous, Optional<Duration> since, Instant deadline, LogSink sink)
            throws ApiException, IOException {
        return api.log(pod, container, previous, since, deadline, sink);
    }

    @Override
    public void close() {
        client.close();
    }
}
