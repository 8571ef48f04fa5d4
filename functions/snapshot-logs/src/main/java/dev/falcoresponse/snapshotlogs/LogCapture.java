package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/** Reads the logs of one pod and stores them. Thread-safe. */
final class LogCapture {
    private static final String WHOLE = ".log.gz";

    /** The end of the log is missing: the next attempt reads it again. */
    private static final String PART = ".part.log.gz";

    /** The beginning of the log is missing: it is longer than the limit. */
    private static final String TAIL = ".tail.log.gz";

    /** The kubelet's sentence, as the log and with status 200, for a container that it has removed. */
    private static final Pattern REMOVED = Pattern.compile("unable to retrieve container logs for \\S+\\s*");

    private static final int MAX_SENTENCE = 300;
    private static final int ATTEMPTS = 3;
    private static final String GONE = "the node no longer has its log";
    private static final Pattern NO_PREVIOUS = Pattern.compile("previous terminated container .* not found");

    private final PodLogs podLogs;
    private final PodContext context;
    private final StoredObjects objects;
    private final Manifest manifest;
    private final Limits limits;
    private final Pod pod;

    /**
     * How much of each log is read.
     *
     * @param maxBytes of the newest end
     * @param since only lines younger than this; empty: all
     * @param deadline for all logs of the pod
     */
    record Limits(long maxBytes, Optional<Duration> since, Instant deadline) {}

    LogCapture(PodLogs podLogs, PodContext context, StoredObjects objects, Manifest manifest, Limits limits, Pod pod) {
        this.podLogs = podLogs;
        this.context = context;
        this.objects = objects;
        this.manifest = manifest;
        this.limits = limits;
        this.pod = pod;
    }

    /** Stores one log, unless an earlier attempt has. */
    void store(ContainerLog log) throws OutcomeException, IOException {
        for (String ending : List.of(WHOLE, TAIL)) {
            Optional<InputStream> earlier = objects.find(log.object() + ending);
            if (earlier.isPresent()) {
                earlier.get().close();
                note(log, ending, stored(log.object(), ending), "stored by an earlier attempt");
                return;
            }
        }
        // after a restart the same container has another log: then the run is looked for again
        Optional<ContainerLog> run = Optional.of(log);
        for (int attempt = 1; run.isPresent() && attempt <= ATTEMPTS; attempt++) {
            if (capture(run.get())) {
                return;
            }
            run = context.refresh(pod)
                    .flatMap(current -> ContainerLog.all(current).stream()
                            .filter(log::isSameRun)
                            .findFirst());
        }
        if (log.previous()) {
            manifest.note(log.object(), GONE);
        } else {
            manifest.missing(log.object(), GONE);
        }
    }

    /** Reads and stores a log; {@code false} when the answer was not the log of this run. */
    private boolean capture(ContainerLog log) throws OutcomeException, IOException {
        try (Tail tail = new Tail(limits.maxBytes())) {
            Optional<String> problem = read(log, tail);
            Optional<Pod> current = context.refresh(pod);
            if (current.isEmpty()) {
                // another pod of that name may have answered
                manifest.missing(log.object(), "the pod was deleted while its log was read");
                return true;
            }
            boolean same = ContainerLog.all(current.get()).contains(log);
            if (!same || isGone(log, tail, problem)) {
                return false;
            }
            if (problem.isPresent() && tail.seen() == 0) {
                manifest.missing(log.object(), problem.get());
            } else {
                store(log, tail, problem);
            }
            return true;
        }
    }

    private static boolean isGone(ContainerLog log, Tail tail, Optional<String> problem) throws IOException {
        if (problem.isPresent()) {
            return log.previous()
                    && tail.seen() == 0
                    && NO_PREVIOUS.matcher(problem.get()).find();
        }
        if (tail.seen() > MAX_SENTENCE) {
            return false;
        }
        try (InputStream in = tail.open()) {
            return REMOVED.matcher(new String(in.readAllBytes(), UTF_8)).matches();
        }
    }

    /** Reads a log; returns what was wrong with it. */
    private Optional<String> read(ContainerLog log, Tail tail) throws OutcomeException, IOException {
        if (Instant.now().isAfter(limits.deadline())) {
            return Optional.of("there was no time left for it");
        }
        try {
            return podLogs.read(pod, log, limits.since(), limits.deadline(), tail::write);
        } catch (OutcomeException e) {
            Reason reason = e.outcome().reason();
            if (reason.equals(Reason.TIMEOUT) || (reason.equals(Reason.UNAVAILABLE) && tail.seen() > 0)) {
                return Optional.of(e.outcome().message());
            }
            throw e;
        }
    }

    private void store(ContainerLog log, Tail tail, Optional<String> problem) throws IOException {
        try (TemporaryFile compressed = new TemporaryFile();
                InputStream in = tail.open()) {
            StoredLog stored = StoredLog.compress(in, tail.beginsLine(), compressed);
            Optional<String> flaw = problem.or(() -> error(stored));
            if (flaw.isPresent() && stored.to().isEmpty() && stored.from().isEmpty()) {
                manifest.missing(log.object(), flaw.get());
                return;
            }
            String ending = flaw.isPresent() ? PART : tail.isCut() ? TAIL : WHOLE;
            if (objects.putIfAbsent(log.object() + ending, compressed)) {
                note(log, ending, stored, flaw.orElse(""));
            } else {
                note(log, ending, stored(log.object(), ending), "stored by another attempt");
            }
            flaw.ifPresent(why -> manifest.missing(log.object() + ", its end", why));
        }
    }

    /** The kubelet can answer 200 and then write its error instead of the log, or after a part of it. */
    private static Optional<String> error(StoredLog stored) {
        return stored.foreignLine().isEmpty()
                ? Optional.empty()
                : Optional.of("the node answered with an error instead: " + stored.foreignLine());
    }

    private StoredLog stored(String object, String ending) throws IOException {
        try (InputStream in = objects.read(object + ending)) {
            // a log whose beginning is missing may begin in the middle of a line
            return StoredLog.read(in, ending.equals(WHOLE));
        } catch (ZipException | EOFException e) {
            throw new IOException(objects.location(object + ending) + " is no log: " + e.getMessage(), e);
        }
    }

    private void note(ContainerLog log, String ending, StoredLog stored, String note) {
        manifest.add(log.object() + ending, log, stored, !ending.equals(WHOLE), note);
    }
}
