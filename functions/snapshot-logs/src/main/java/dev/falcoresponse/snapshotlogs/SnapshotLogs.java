package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.ResponseSettings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stores what Kubernetes knows about the pod of an alert: its logs, itself, its owners, its Events. */
@Singleton
final class SnapshotLogs implements Action<Pod> {
    static final String NAME = "snapshot-logs";
    static final Reason CAPTURED = Reason.acted("captured");

    private final Pods pods;
    private final PodLogs podLogs;
    private final EvidenceStore store;
    private final Captures captures;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private volatile boolean storeWorks;

    private volatile boolean storeChecked;

    SnapshotLogs(
            Pods pods,
            PodApi podApi,
            ObjectApi objects,
            KubernetesClient client,
            ResponseSettings response,
            SnapshotLogsSettings settings) {
        this.pods = pods;
        this.podLogs = new PodLogs(client, response.apiTimeout());
        this.store = StoreAddress.open(settings.store(), System.getenv(), Protection.of(settings));
        this.captures = new Captures(store, podLogs, new PodContext(objects, podApi), settings, pods);
    }

    @PreDestroy
    void close() {
        captures.close();
        podLogs.close();
        store.close();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Target<Pod> target() {
        return pods;
    }

    @Override
    public Effect effect() {
        return Effect.READ;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(CAPTURED);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(SnapshotLogsSettings.class);
    }

    @Override
    public List<Permission> permissions() {
        List<Permission> permissions = new ArrayList<>(List.of(new Permission("get", "", "pods/log")));
        permissions.addAll(PodContext.permissions());
        return permissions;
    }

    /** Until the store has been seen to work, readiness tries it. */
    @Override
    public Optional<String> obstacle() {
        if (!storeWorks) {
            try {
                store.check();
                storeWorks = true;
            } catch (IOException e) {
                return Optional.of("cannot store evidence: " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Another alert about the same pod has evidence of its own. */
    @Override
    public String cooldownKey(Alert alert, Pod pod) {
        return ObjectKeys.prefix(alert, pod);
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws OutcomeException {
        if (running.contains(ObjectKeys.prefix(alert, pod))) {
            // the alert is delivered again because the first answer is late: it will come
            throw new OutcomeException(Failed.retryable(
                    Reason.CONFLICT, "The evidence of this alert about pod " + Pods.name(pod) + " is being stored"));
        }
        try {
            return captures.done(alert, pod);
        } catch (IOException e) {
            throw storage(e);
        }
    }

    @Override
    public Change act(Alert alert, Pod pod, Run run) throws OutcomeException {
        String prefix = ObjectKeys.prefix(alert, pod);
        running.add(prefix);
        try {
            if (run == Run.DRY) {
                store.check();
                return captures.preview(alert, pod);
            }
            // evidence that a later answer could overwrite is none
            if (!storeChecked) {
                store.check();
                storeChecked = true;
            }
            return captures.store(alert, pod);
        } catch (IOException e) {
            throw storage(e);
        } finally {
            running.remove(prefix);
        }
    }

    private static OutcomeException storage(IOException e) {
        return new OutcomeException(Failed.retryable(Reason.STORAGE, "The evidence store failed: " + e.getMessage()));
    }
}
