package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.event.Alert;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Stores the evidence of one alert, except for the manifest. What an earlier attempt has stored stays as it is. */
final class Snapshot {
    private final PodContext context;
    private final LogCapture logs;
    private final StoredObjects objects;
    private final Manifest manifest;
    private final Alert alert;
    private final Pod pod;
    private final Set<String> started = new HashSet<>();

    Snapshot(PodContext context, LogCapture logs, StoredObjects objects, Manifest manifest, Alert alert, Pod pod) {
        this.context = context;
        this.logs = logs;
        this.objects = objects;
        this.manifest = manifest;
        this.alert = alert;
        this.pod = pod;
    }

    /** The logs come first, since they go first when the pod is deleted. */
    void store(ExecutorService threads) throws OutcomeException, IOException {
        List<ContainerLog> all = ContainerLog.all(pod);
        all.stream()
                .filter(log -> !log.hasRun())
                .forEach(log -> manifest.note(log.object(), "the container has not started"));
        List<Future<Void>> running = capture(all, threads);
        try {
            put("alert.json", alert.event().data());
            for (Map.Entry<String, byte[]> object : context.read(pod, manifest).entrySet()) {
                put(object.getKey(), object.getValue());
            }
        } finally {
            await(running);
        }
        Optional<Pod> current = context.refresh(pod);
        if (current.isPresent()) {
            // runs that started in the meantime
            await(capture(ContainerLog.all(current.get()), threads));
        }
    }

    private List<Future<Void>> capture(List<ContainerLog> all, ExecutorService threads) {
        List<Future<Void>> running = new ArrayList<>();
        for (ContainerLog log : all) {
            // during a back-off, the last run of a container is its current and its previous one
            if (log.hasRun() && started.add(log.object())) {
                Callable<Void> task = () -> {
                    logs.store(log);
                    return null;
                };
                running.add(threads.submit(task));
            }
        }
        return running;
    }

    /** Waits for all; then the first failure counts. */
    private static void await(List<Future<Void>> running) throws OutcomeException, IOException {
        List<Throwable> failures = new ArrayList<>();
        for (Future<Void> log : running) {
            try {
                log.get();
            } catch (ExecutionException e) {
                failures.add(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        for (Throwable failure : failures) {
            switch (failure) {
                case OutcomeException e -> throw e;
                case IOException e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }

    private void put(String name, byte[] content) throws IOException {
        boolean fresh = objects.putIfAbsent(name, Contents.of(content));
        manifest.add(name, fresh ? content : objects.bytes(name));
    }
}
