package dev.falcoresponse.snapshotlogs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.PodAction;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.kubernetes.PodLogs;
import dev.falcoresponse.reply.Door;
import dev.falcoresponse.reply.RecordWriter;
import dev.falcoresponse.reply.ResponseRecord;
import dev.falcoresponse.settings.SettingReader;
import io.fabric8.kubernetes.api.model.Pod;
import io.quarkus.funqy.Funq;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Secures what Kubernetes knows of the pod that alerted: its logs, itself, its owners, its Events. */
@Singleton
public final class SnapshotLogs implements PodAction {
    private static final String NAME = "snapshot-logs";

    /** How many logs are read side by side, for all alerts together. */
    private static final int READERS = 4;

    /** For all logs of a pod; the Trigger waits longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(75);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Door door;
    private final ApiServer api;
    private final PodLogs podLogs;
    private final SnapshotLogsSettings settings;
    private final EvidenceStore store;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newFixedThreadPool(
            READERS, Thread.ofPlatform().name("logs-", 0).factory());

    SnapshotLogs(Door door, ApiServer api, PodLogs podLogs, SettingReader reader) {
        this.door = door;
        this.api = api;
        this.podLogs = podLogs;
        this.settings = SnapshotLogsSettings.read(reader);
        this.store = SnapshotLogsSettings.open(settings.store(), System.getenv(), settings.protection());
    }

    @Funq(NAME)
    public byte[] answer(byte[] body) {
        return door.answer(body);
    }

    @PreDestroy
    void close() {
        threads.shutdown();
        store.close();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Effect effect() {
        return Effect.READ;
    }

    @Override
    public List<Permission> permissions() {
        List<Permission> permissions = new ArrayList<>(List.of(new Permission("get", "", "pods/log")));
        permissions.addAll(Surroundings.permissions());
        return permissions;
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws ApiException {
        String prefix = Keys.prefix(alert, pod);
        if (underWay.contains(prefix)) {
            // whoever delivers again did not see the answer: there will be one
            throw new ApiException(new Failed(
                    Reason.CONFLICT, "The evidence of this alert about pod " + name(pod) + " is being secured"));
        }
        try {
            Optional<InputStream> manifest = store.read(prefix + Manifest.NAME);
            return manifest.isEmpty() ? Optional.empty() : Optional.of(done(prefix, bytes(manifest.get()), pod));
        } catch (IOException e) {
            throw storage(e);
        }
    }

    private static byte[] bytes(InputStream stream) throws IOException {
        try (stream) {
            return stream.readAllBytes();
        }
    }

    /** What is secured is of this pod and this alert: another alert has evidence of its own. */
    @Override
    public String deed(Alert alert, Pod pod) {
        return Keys.prefix(alert, pod);
    }

    private Outcome done(String prefix, byte[] manifest, Pod pod) throws IOException {
        JsonNode root = JSON.readTree(manifest);
        if (root == null || root.path("version").asInt() != Manifest.VERSION) {
            throw new IOException(store.location(prefix + Manifest.NAME) + " is no manifest");
        }
        Map<String, Object> details = Map.of(
                "location",
                store.location(prefix),
                "manifestSha256",
                Digests.sha256(manifest),
                "complete",
                root.path("complete").asBoolean());
        return new Skipped(
                Reason.ALREADY_DONE,
                "The evidence of this alert about pod " + name(pod) + " is at " + store.location(prefix) + " already",
                details);
    }

    @Override
    public Outcome act(Alert alert, Pod pod) throws ApiException {
        Instant started = Instant.now();
        Snapshot snapshot = new Snapshot(api, podLogs, store, settings, alert, pod, started.plus(PATIENCE));
        underWay.add(snapshot.prefix());
        try {
            snapshot.secure(threads);
            return finish(snapshot, alert, pod, started);
        } catch (IOException e) {
            throw storage(e);
        } finally {
            underWay.remove(snapshot.prefix());
        }
    }

    private Outcome finish(Snapshot snapshot, Alert alert, Pod pod, Instant started) throws IOException {
        Manifest manifest = snapshot.manifest();
        Map<String, Object> details = Map.of(
                "location",
                store.location(snapshot.prefix()),
                "containers",
                containers(pod),
                "bytes",
                manifest.bytes(),
                "complete",
                manifest.isComplete());
        String message = "Secured what is known of pod " + name(pod) + " (uid "
                + pod.getMetadata().getUid() + ") at " + store.location(snapshot.prefix())
                + (manifest.isComplete() ? "" : "; not all of it, see the manifest");
        byte[] written = manifest.write(
                RecordWriter.write(new ResponseRecord(
                        NAME,
                        false,
                        Optional.of(alert),
                        Optional.of(pod),
                        new Acted(Reason.CAPTURED, message, details),
                        started,
                        Instant.now())),
                settings.since().map(SettingReader::text).orElse(""));
        if (!store.putIfAbsent(snapshot.prefix() + Manifest.NAME, Contents.of(written))) {
            byte[] theirs = bytes(store.read(snapshot.prefix() + Manifest.NAME).orElseThrow(IOException::new));
            // our own, whose answer was lost on the way; otherwise someone else has finished it, and theirs counts
            if (!Arrays.equals(theirs, written)) {
                return done(snapshot.prefix(), theirs, pod);
            }
        }
        Map<String, Object> all = new TreeMap<>(details);
        all.put("manifestSha256", Digests.sha256(written));
        return new Acted(Reason.CAPTURED, message, all);
    }

    @Override
    public Outcome preview(Alert alert, Pod pod) throws ApiException {
        String prefix = Keys.prefix(alert, pod);
        try {
            store.check(prefix);
        } catch (IOException e) {
            throw storage(e);
        }
        return new Previewed(
                "Would secure " + LogOf.all(pod).size() + " logs and what is known of pod " + name(pod) + " (uid "
                        + pod.getMetadata().getUid() + ") at " + store.location(prefix),
                Map.of(
                        "location",
                        store.location(prefix),
                        "containers",
                        containers(pod),
                        "logs",
                        LogOf.all(pod).stream().map(SnapshotLogs::describe).toList(),
                        "maxBytes",
                        settings.maxBytes()));
    }

    private static String describe(LogOf log) {
        return log.type() + " " + log.container() + (log.previous() ? ", previous run" : "")
                + (log.hasRun() ? "" : ", not started");
    }

    private static List<String> containers(Pod pod) {
        return LogOf.all(pod).stream().map(LogOf::container).distinct().toList();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    private static ApiException storage(IOException e) {
        return new ApiException(new Failed(Reason.STORAGE, "The evidence store failed: " + e.getMessage()));
    }
}
