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

/** A temporary namespace with pods to delete; closing it deletes the namespace. */
final class Pods implements AutoCloseable {
    private static final int THREADS = 16;
    private static final long QUIET_NANOS = 1_500_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final KubernetesClient client;
    private final String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
    private final DeletionWatch deletions;
    private int created;

    Pods(KubernetesClient client) {
        this.client = client;
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        deletions = DeletionWatch.start(client, namespace);
    }

    DeletionWatch deletions() {
        return deletions;
    }

    String namespace() {
        return namespace;
    }

    /** Waits until no more Kubernetes Events are written, so that they do not disturb the next measurement. */
    void settle() {
        AtomicLong last = new AtomicLong(-1);
        AtomicLong since = new AtomicLong();
        Waiting.until("the last Kubernetes Events", TIMEOUT, () -> {
            long now = System.nanoTime();
            long count = events();
            if (count != last.getAndSet(count)) {
                since.set(now);
            }
            return now - since.get() > QUIET_NANOS;
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

    /** Creates pods that no scheduler assigns to a node, so that deletion is immediate. */
    List<Pod> create(int count) {
        return create(count, Pods::unscheduled);
    }

    private static PodBuilder unscheduled(PodBuilder pod) {
        return pod.editSpec().withSchedulerName("none").endSpec();
    }

    /** Creates pods after applying a change to each. */
    List<Pod> create(int count, UnaryOperator<PodBuilder> change) {
        int first = created;
        created += count;
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Pod>> tasks = IntStream.range(first, created)
                    .<Callable<Pod>>mapToObj(i -> () -> TestPods.create(client, namespace, "web-" + i, change))
                    .toList();
            return threads.invokeAll(tasks).stream().map(Pods::get).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Creates another pod of the same name as soon as the name is free. */
    Pod recreate(Pod pod) {
        AtomicReference<Pod> recreated = new AtomicReference<>();
        Waiting.until("the pod's name to be free", TIMEOUT, () -> {
            try {
                recreated.set(
                        TestPods.create(client, namespace, pod.getMetadata().getName(), Pods::unscheduled));
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                    return false;
                }
                throw e;
            }
        });
        return Optional.ofNullable(recreated.get()).orElseThrow();
    }

    private static Pod get(Future<Pod> pod) {
        try {
            return pod.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The pods cannot be created", e);
        }
    }

    @Override
    public void close() {
        deletions.close();
        client.namespaces().withName(namespace).delete();
    }
}
