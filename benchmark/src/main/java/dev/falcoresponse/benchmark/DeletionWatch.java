package dev.falcoresponse.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Records when each pod was deleted, from the API server's watch: a function's answer is no proof of a deletion. */
final class DeletionWatch implements AutoCloseable {
    /** Asks for metadata only, to keep the watch cheap. */
    private static final String METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    private static final Pattern DELETED = Pattern.compile("^\\{\"type\":\"DELETED\".*?\"uid\":\"([^\"]+)\"");

    private final Map<String, Long> deleted = new ConcurrentHashMap<>();
    private final StringBuilder line = new StringBuilder();
    private final AsyncBody body;

    private DeletionWatch(KubernetesClient client, String namespace) {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(client.getMasterUrl() + "api/v1/namespaces/" + namespace + "/pods?watch=true&timeoutSeconds=3600")
                .header("Accept", METADATA_ONLY)
                .build();
        body = client.getHttpClient().consumeBytes(request, this::read).join().body();
        body.consume();
    }

    /** Starts watching the pods of a namespace. */
    static DeletionWatch start(KubernetesClient client, String namespace) {
        return new DeletionWatch(client, namespace);
    }

    private void read(List<ByteBuffer> buffers, AsyncBody source) {
        long now = System.nanoTime();
        for (ByteBuffer buffer : buffers) {
            for (String part : UTF_8.decode(buffer).toString().splitWithDelimiters("\n", 0)) {
                if (part.equals("\n")) {
                    Matcher event = DELETED.matcher(line);
                    if (event.find()) {
                        deleted.put(event.group(1), now);
                    }
                    line.setLength(0);
                } else {
                    line.append(part);
                }
            }
        }
        source.consume();
    }

    /** Waits until all these pods are deleted; returns false on timeout. */
    boolean await(Collection<String> uids, Duration timeout) {
        try {
            Waiting.until("the deletions", timeout, () -> deleted.keySet().containsAll(uids));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** The {@link System#nanoTime} of a pod's deletion; {@link Long#MIN_VALUE} if it has not been deleted. */
    long deletedAt(String uid) {
        return deleted.getOrDefault(uid, Long.MIN_VALUE);
    }

    @Override
    public void close() {
        body.cancel();
    }
}
