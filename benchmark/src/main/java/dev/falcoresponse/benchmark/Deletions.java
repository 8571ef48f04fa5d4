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

/** When each pod was gone, by the API server's own watch: what counts is what has happened, not what was answered. */
final class Deletions implements AutoCloseable {
    /** Only what identifies a pod, so that watching costs little. */
    private static final String METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    private static final Pattern DELETED = Pattern.compile("^\\{\"type\":\"DELETED\".*?\"uid\":\"([^\"]+)\"");

    private final Map<String, Long> gone = new ConcurrentHashMap<>();
    private final StringBuilder line = new StringBuilder();
    private final AsyncBody body;

    private Deletions(KubernetesClient client, String namespace) {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(client.getMasterUrl() + "api/v1/namespaces/" + namespace + "/pods?watch=true&timeoutSeconds=3600")
                .header("Accept", METADATA_ONLY)
                .build();
        body = client.getHttpClient().consumeBytes(request, this::read).join().body();
        body.consume();
    }

    /** Watches from now on. */
    static Deletions in(KubernetesClient client, String namespace) {
        return new Deletions(client, namespace);
    }

    private void read(List<ByteBuffer> buffers, AsyncBody source) {
        long now = System.nanoTime();
        for (ByteBuffer buffer : buffers) {
            for (String part : UTF_8.decode(buffer).toString().splitWithDelimiters("\n", 0)) {
                if (part.equals("\n")) {
                    Matcher deleted = DELETED.matcher(line);
                    if (deleted.find()) {
                        gone.put(deleted.group(1), now);
                    }
                    line.setLength(0);
                } else {
                    line.append(part);
                }
            }
        }
        source.consume();
    }

    /** Waits until all of them are gone; false when they are not in time. */
    boolean await(Collection<String> uids, Duration patience) {
        try {
            Waiting.until("the deletions", patience, () -> gone.keySet().containsAll(uids));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** When a pod was gone, as {@link System#nanoTime} counts; {@link Long#MIN_VALUE} while it is there. */
    long goneAt(String uid) {
        return gone.getOrDefault(uid, Long.MIN_VALUE);
    }

    @Override
    public void close() {
        body.cancel();
    }
}
