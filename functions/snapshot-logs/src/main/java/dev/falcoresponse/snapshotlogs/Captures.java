package dev.falcoresponse.snapshotlogs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.Durations;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Captures the evidence of alerts, each completed by its manifest. */
final class Captures implements AutoCloseable {
    /** How many logs are read at the same time, for all alerts together. */
    private static final int READERS = 4;

    /** For all logs of a pod; the Trigger waits longer. */
    private static final Duration DEADLINE = Duration.ofSeconds(75);

    /** How long a preview reads a log, of which it needs nothing. */
    private static final Duration PREVIEW = Duration.ofSeconds(1);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final EvidenceStore store;
    private final PodLogs podLogs;
    private final PodContext context;
    private final SnapshotLogsSettings settings;
    private final Pods pods;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            READERS, Thread.ofPlatform().name("logs-", 0).factory());

    Captures(EvidenceStore store, PodLogs podLogs, PodContext context, SnapshotLogsSettings settings, Pods pods) {
        this.store = store;
        this.podLogs = podLogs;
        this.context = context;
        this.settings = settings;
        this.pods = pods;
    }

    /** The earlier capture of the same alert, if there is a complete one. */
    Optional<Outcome> done(Alert alert, Pod pod) throws IOException {
        StoredObjects objects = objects(alert, pod);
        Optional<InputStream> manifest = objects.find(Manifest.NAME);
        if (manifest.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = manifest.get()) {
            return Optional.of(done(objects, in.readAllBytes(), pod));
        }
    }

    private StoredObjects objects(Alert alert, Pod pod) {
        return new StoredObjects(store, ObjectKeys.prefix(alert, pod));
    }

    private static Outcome done(StoredObjects objects, byte[] manifest, Pod pod) throws IOException {
        JsonNode root = JSON.readTree(manifest);
        if (root == null || root.path("version").asInt() != Manifest.VERSION) {
            throw new IOException(objects.location(Manifest.NAME) + " is no manifest");
        }
        return new Skipped(
                Reason.ALREADY_DONE,
                "The evidence of this alert about pod " + Pods.name(pod) + " is at " + objects.location("")
                        + " already",
                Map.of(
                        "location", objects.location(""),
                        "manifestSha256", Digests.sha256(manifest),
                        "complete", root.path("complete").asBoolean()));
    }

    /** Captures the evidence. */
    Change store(Alert alert, Pod pod) throws OutcomeException, IOException {
        Instant started = Instant.now();
        StoredObjects objects = objects(alert, pod);
        Manifest manifest = new Manifest();
        LogCapture logs = new LogCapture(
                podLogs,
                context,
                objects,
                manifest,
                new LogCapture.Limits(settings.maxBytes(), settings.since(), started.plus(DEADLINE)),
                pod);
        new Snapshot(context, logs, objects, manifest, alert, pod).store(threads);
        return complete(objects, manifest, alert, pod, started);
    }

    private Change complete(StoredObjects objects, Manifest manifest, Alert alert, Pod pod, Instant started)
            throws OutcomeException, IOException {
        Map<String, Object> details = new TreeMap<>(Map.of(
                "location", objects.location(""),
                "containers", containers(pod),
                "bytes", manifest.bytes(),
                "complete", manifest.isComplete()));
        String message = "Stored the evidence about pod " + Pods.name(pod) + " (uid "
                + pod.getMetadata().getUid() + ") at " + objects.location("")
                + (manifest.isComplete() ? "" : "; it is not complete, see the manifest");
        byte[] written = manifest.write(
                ManifestRecord.of(alert, pods.reference(pod), message, details, started),
                settings.since().map(Durations::text).orElse(""));
        if (!objects.putIfAbsent(Manifest.NAME, Contents.of(written))) {
            byte[] present = objects.bytes(Manifest.NAME);
            // it is the same if only the store's answer was lost; another attempt's manifest counts
            if (!Arrays.equals(present, written)) {
                throw new OutcomeException(done(objects, present, pod));
            }
        }
        details.put("manifestSha256", Digests.sha256(written));
        return new Change(SnapshotLogs.CAPTURED, message, details);
    }

    /** Asks for what the capture needs: where that is forbidden, the capture would fail, too. */
    Change preview(Alert alert, Pod pod) throws OutcomeException, IOException {
        List<ContainerLog> logs = ContainerLog.all(pod);
        context.read(pod, new Manifest());
        Optional<ContainerLog> some = logs.stream().filter(ContainerLog::hasRun).findFirst();
        if (some.isPresent()) {
            requireAllowed(pod, some.get());
        }
        String location = objects(alert, pod).location("");
        return new Change(
                SnapshotLogs.CAPTURED,
                Run.DRY.verb("", "store") + " " + logs.size() + " logs and the other evidence about pod "
                        + Pods.name(pod) + " (uid " + pod.getMetadata().getUid() + ") at " + location,
                Map.of(
                        "location", location,
                        "containers", containers(pod),
                        "logs", logs.stream().map(Captures::describe).toList(),
                        "maxBytes", settings.maxBytes()));
    }

    private void requireAllowed(Pod pod, ContainerLog log) throws OutcomeException, IOException {
        try {
            podLogs.read(
                    pod, log, Optional.of(Duration.ofSeconds(1)), Instant.now().plus(PREVIEW), _ -> {});
        } catch (OutcomeException e) {
            if (e.outcome().reason().equals(Reason.FORBIDDEN)) {
                throw e;
            }
        }
    }

    private static String describe(ContainerLog log) {
        return log.type() + " " + log.container() + (log.previous() ? ", previous run" : "")
                + (log.hasRun() ? "" : ", not started");
    }

    private static List<String> containers(Pod pod) {
        return ContainerLog.all(pod).stream()
                .map(ContainerLog::container)
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
