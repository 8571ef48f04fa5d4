package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A namespace of its own, with pods that wait to be taken away; it goes with all that is in it. */
final class Pods implements AutoCloseable {
    private static final int CREATORS = 16;
    private static final long CALM_NANOS = 1_500_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KubernetesClient client;
    private final String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
    private final Deletions deletions;
    private int made;

    Pods(KubernetesClient client) {
        this.client = client;
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        deletions = Deletions.in(client, namespace);
    }

    Deletions deletions() {
        return deletions;
    }

    String namespace() {
        return namespace;
    }

    /** Waits until what comes after the answers, such as Kubernetes Events, has been written: it counts for nobody else. */
    void settle() {
        AtomicLong last = new AtomicLong(-1);
        AtomicLong since = new AtomicLong();
        Waiting.until("the end of the Events", PATIENCE, () -> {
            long now = System.nanoTime();
            long count = events();
            if (count != last.getAndSet(count)) {
                since.set(now);
            }
            return now - since.get() > CALM_NANOS;
        });
    }

    private long events() {
        var page = client.events()
                .v1()
                .events()
                .inNamespace(namespace)
                .list(new ListOptionsBuilder().withLimit(1L).build());
        Long more = page.getMetadata().getRemainingItemCount();
        return page.getItems().size() + (more == null ? 0 : more);
    }

    /** So many more; no scheduler takes them, so that a deletion ends at once. */
    List<Pod> make(int count) {
        return make(count, Pods::unscheduled);
    }

    private static PodBuilder unscheduled(PodBuilder pod) {
        return pod.editSpec().withSchedulerName("nobody").endSpec();
    }

    /** So many more, with a change of their own. */
    List<Pod> make(int count, UnaryOperator<PodBuilder> change) {
        int first = made;
        made += count;
        try (ExecutorService threads = Executors.newFixedThreadPool(CREATORS)) {
            List<Callable<Pod>> tasks = IntStream.range(first, made)
                    .<Callable<Pod>>mapToObj(i -> () -> TestPods.create(client, namespace, "web-" + i, change))
                    .toList();
            return threads.invokeAll(tasks).stream().map(Pods::get).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Another pod of the same name, as soon as that is free. */
    Pod makeAgain(Pod pod) {
        AtomicReference<Pod> made = new AtomicReference<>();
        Waiting.until("the name", PATIENCE, () -> {
            try {
                made.set(TestPods.create(client, namespace, pod.getMetadata().getName(), Pods::unscheduled));
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                    return false;
                }
                throw e;
            }
        });
        return Optional.ofNullable(made.get()).orElseThrow();
    }

    private static Pod get(Future<Pod> pod) {
        try {
            return pod.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The pods cannot be made", e);
        }
    }

    @Override
    public void close() {
        deletions.close();
        client.namespaces().withName(namespace).delete();
    }
}
