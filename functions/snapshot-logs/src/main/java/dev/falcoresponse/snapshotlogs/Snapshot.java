package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.PodLogs;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
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
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/** One alert's evidence on its way into the store. */
final class Snapshot {
    private static final String WHOLE = ".log.gz";

    /** The name says that the end is missing: a log that was cut off is read again by whoever finishes the snapshot. */
    private static final String PART = ".part.log.gz";

    /** The name says that the beginning is missing, so that whoever finishes a snapshot knows it too. */
    private static final String TAIL = ".tail.log.gz";

    private static final Pattern EXCUSE = Pattern.compile("unable to retrieve container logs for \\S+\\s*");
    private static final int LONGEST_EXCUSE = 300;
    private static final int ATTEMPTS = 3;
    private static final String GONE = "the node has no log of it any more";
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
    private final Set<String> begun = new HashSet<>();

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
        List<LogOf> all = LogOf.all(pod);
        all.stream()
                .filter(log -> !log.hasRun())
                .forEach(log -> manifest.lacks(log.object(), "the container has not started"));
        List<Future<Void>> logs = read(all, threads);
        try {
            put("alert.json", alert.body());
            for (Map.Entry<String, byte[]> object :
                    surroundings.read(pod, manifest).entrySet()) {
                put(object.getKey(), object.getValue());
            }
        } finally {
            await(logs);
        }
        Optional<Pod> now = surroundings.now(pod);
        if (now.isPresent()) {
            // runs that began while others were read
            await(read(LogOf.all(now.get()), threads));
        }
    }

    private List<Future<Void>> read(List<LogOf> all, ExecutorService threads) {
        List<Future<Void>> reading = new ArrayList<>();
        for (LogOf log : all) {
            // in a back-off a container's last run is its present and its previous one
            if (log.hasRun() && begun.add(log.object())) {
                Callable<Void> task = () -> {
                    secure(log);
                    return null;
                };
                reading.add(threads.submit(task));
            }
        }
        return reading;
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
                earlier.get().close();
                note(log, ending, earlier(log.object(), ending), "secured by an earlier try");
                return;
            }
        }
        // a container that restarts meanwhile has another log under the same name: then the run is looked for again
        Optional<LogOf> run = Optional.of(log);
        for (int attempt = 1; run.isPresent() && attempt <= ATTEMPTS; attempt++) {
            if (read(run.get())) {
                return;
            }
            run = surroundings
                    .now(pod)
                    .flatMap(now ->
                            LogOf.all(now).stream().filter(log::isSameRun).findFirst());
        }
        if (log.previous()) {
            manifest.lacks(log.object(), GONE);
        } else {
            manifest.misses(log.object(), GONE);
        }
    }

    /** Reads and stores a log; false when what came was not of this run. */
    private boolean read(LogOf log) throws ApiException, IOException {
        try (Tail tail = new Tail(settings.maxBytes())) {
            Optional<String> trouble = read(log, tail);
            Optional<Pod> now = surroundings.now(pod);
            if (now.isEmpty()) {
                // another pod of that name may have answered in its stead
                manifest.misses(log.object(), "the pod has gone while its log was read");
                return true;
            }
            boolean same = LogOf.all(now.get()).contains(log);
            if (!same || isGone(log, tail, trouble)) {
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
        String ending = trouble.isPresent() ? PART : tail.isCut() ? TAIL : WHOLE;
        String name = log.object() + ending;
        try (Scratch compressed = new Scratch();
                InputStream in = tail.open()) {
            StoredLog stored = StoredLog.compress(in, tail.beginsLine(), compressed);
            if (store.putIfAbsent(prefix + name, compressed)) {
                note(log, ending, stored, trouble.orElse(""));
            } else {
                note(log, ending, earlier(log.object(), ending), "secured by another try");
            }
        }
        trouble.ifPresent(why -> manifest.misses(log.object() + ", its end", why));
    }

    private StoredLog earlier(String object, String ending) throws IOException {
        String name = object + ending;
        try (InputStream in = store.read(prefix + name)
                .orElseThrow(() -> new IOException(store.location(prefix + name) + " is there and cannot be read"))) {
            // of another it is not known whether it begins in the middle of a line
            return StoredLog.read(in, ending.equals(WHOLE));
        } catch (ZipException | EOFException e) {
            throw new IOException(store.location(prefix + name) + " is no log: " + e.getMessage(), e);
        }
    }

    private void note(LogOf log, String ending, StoredLog stored, String note) {
        manifest.add(log.object() + ending, log, stored, !ending.equals(WHOLE), note);
    }
}
