package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.PodLogs;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/** One alert's evidence on its way into the store. */
final class Snapshot {
    private static final String WHOLE = ".log.gz";

    /** The name says that the beginning is missing, so that whoever finishes a snapshot knows it too. */
    private static final String TAIL = ".tail.log.gz";

    private static final Pattern EXCUSE = Pattern.compile("unable to retrieve container logs for \\S+\\s*");
    private static final int LONGEST_EXCUSE = 300;
    private static final Pattern NO_PREVIOUS = Pattern.compile("previous terminated container .* not found");

    private final PodLogs podLogs;
    private final Surroundings surroundings;
    private final EvidenceStore store;
    private final SnapshotLogsSettings settings;
    private final Alert alert;
    private final Pod pod;
    private final String prefix;
    private final Instant deadline;
    private final Manifest manifest = new Manifest();

    Snapshot(
            ApiServer api,
            PodLogs podLogs,
            EvidenceStore store,
            SnapshotLogsSettings settings,
            Alert alert,
            Pod pod,
            Instant deadline) {
        this.podLogs = podLogs;
        this.surroundings = new Surroundings(api);
        this.store = store;
        this.settings = settings;
        this.alert = alert;
        this.pod = pod;
        this.prefix = Keys.prefix(alert, pod);
        this.deadline = deadline;
    }

    String prefix() {
        return prefix;
    }

    Manifest manifest() {
        return manifest;
    }

    /** Secures everything but the manifest; the logs first, since they go first when the pod goes. */
    void secure(ExecutorService threads) throws ApiException, IOException {
        List<Future<Void>> logs = new ArrayList<>();
        for (LogOf log : LogOf.all(pod)) {
            if (log.hasRun()) {
                Callable<Void> task = () -> {
                    secure(log);
                    return null;
                };
                logs.add(threads.submit(task));
            } else {
                manifest.lacks(log.object(), "the container has not started");
            }
        }
        try {
            put("alert.json", alert.body());
            for (Map.Entry<String, byte[]> object :
                    surroundings.read(pod, manifest).entrySet()) {
                put(object.getKey(), object.getValue());
            }
        } finally {
            await(logs);
        }
    }

    /** Waits for all, and then tells the first trouble. */
    private static void await(List<Future<Void>> logs) throws ApiException, IOException {
        List<Throwable> troubles = new ArrayList<>();
        for (Future<Void> log : logs) {
            try {
                log.get();
            } catch (ExecutionException e) {
                troubles.add(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        for (Throwable trouble : troubles) {
            switch (trouble) {
                case ApiException e -> throw e;
                case IOException e -> throw e;
                default -> throw new IllegalStateException(trouble);
            }
        }
    }

    /** What an earlier try has stored stays, and counts as it is. */
    private void put(String name, byte[] content) throws IOException {
        if (store.putIfAbsent(prefix + name, Contents.of(content))) {
            manifest.add(name, content);
        } else {
            manifest.add(name, stored(name));
        }
    }

    private byte[] stored(String name) throws IOException {
        try (InputStream in = store.read(prefix + name)
                .orElseThrow(() -> new IOException(store.location(prefix + name) + " is there and cannot be read"))) {
            return in.readAllBytes();
        }
    }

    private void secure(LogOf log) throws ApiException, IOException {
        for (String ending : List.of(WHOLE, TAIL)) {
            Optional<InputStream> earlier = store.read(prefix + log.object() + ending);
            if (earlier.isPresent()) {
                try (InputStream in = earlier.get()) {
                    note(log, ending, StoredLog.read(in), "secured by an earlier try");
                }
                return;
            }
        }
        if (!read(log)) {
            // the container was just being replaced: its successor, or what is left, has another log
            if (!read(log)) {
                gone(log);
            }
        }
    }

    /** What has gone with its container nobody can secure any more; of a run that goes on it is missed. */
    private void gone(LogOf log) {
        String why = "the node has no log of it any more";
        if (log.previous()) {
            manifest.lacks(log.object(), why);
        } else {
            manifest.misses(log.object(), why);
        }
    }

    /** Reads and stores a log; false when there is none. */
    private boolean read(LogOf log) throws ApiException, IOException {
        try (Tail tail = new Tail(settings.maxBytes())) {
            Optional<String> trouble = read(log, tail);
            if (!surroundings.isThere(pod)) {
                // another pod of that name may have answered in its stead
                manifest.misses(log.object(), "the pod has gone while its log was read");
                return true;
            }
            if (isGone(log, tail, trouble)) {
                return false;
            }
            if (trouble.isPresent() && tail.seen() == 0) {
                manifest.misses(log.object(), trouble.get());
            } else {
                store(log, tail, trouble);
            }
            return true;
        }
    }

    /** The kubelet says so in the log itself, with 200; for a previous run the API server does, with 400. */
    private static boolean isGone(LogOf log, Tail tail, Optional<String> trouble) throws IOException {
        if (trouble.isPresent()) {
            return log.previous()
                    && tail.seen() == 0
                    && NO_PREVIOUS.matcher(trouble.get()).find();
        }
        if (tail.seen() > LONGEST_EXCUSE) {
            return false;
        }
        try (InputStream in = tail.open()) {
            return EXCUSE.matcher(new String(in.readAllBytes(), UTF_8)).matches();
        }
    }

    /** Reads the log; what was wrong with it, if anything. */
    private Optional<String> read(LogOf log, Tail tail) throws ApiException, IOException {
        if (Instant.now().isAfter(deadline)) {
            return Optional.of("there was no time left for it");
        }
        try {
            return podLogs.read(pod, log.container(), log.previous(), settings.since(), deadline, tail::write);
        } catch (ApiException e) {
            if (e.outcome().reason() == Reason.TIMEOUT
                    || (e.outcome().reason() == Reason.UNAVAILABLE && tail.seen() > 0)) {
                return Optional.of(e.outcome().message());
            }
            throw e;
        }
    }

    private void store(LogOf log, Tail tail, Optional<String> trouble) throws IOException {
        String ending = tail.isCut() ? TAIL : WHOLE;
        String name = log.object() + ending;
        Path compressed = Files.createTempFile("log-", ".gz");
        try (InputStream in = tail.open()) {
            StoredLog stored = StoredLog.compress(in, compressed);
            if (store.putIfAbsent(prefix + name, Contents.of(compressed))) {
                note(log, ending, stored, trouble.orElse(""));
            } else {
                try (InputStream theirs =
                        store.read(prefix + name).orElseThrow(() -> new IOException("gone: " + name))) {
                    note(log, ending, StoredLog.read(theirs), "secured by another try");
                }
            }
        } finally {
            Files.deleteIfExists(compressed);
        }
        trouble.ifPresent(why -> manifest.misses(log.object() + ", its end", why));
    }

    private void note(LogOf log, String ending, StoredLog stored, String note) {
        manifest.add(log.object() + ending, log, stored, ending.equals(TAIL), note);
    }
}
