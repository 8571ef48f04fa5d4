package dev.falcoresponse.deletepod;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.pods.Pods;
import io.fabric8.kubernetes.api.model.Pod;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Deletes or evicts the pod that an alert is about. */
@Singleton
final class DeletePod implements Action<Pod> {
    static final String NAME = "delete-pod";

    private static final Reason DELETED = Reason.acted("deleted");
    private static final Reason EVICTED = Reason.acted("evicted");

    private final Pods pods;
    private final PodRemoval removal;
    private final DisruptionBudgets budgets;
    private final DeletePodSettings settings;

    DeletePod(Pods pods, ApiClient api, ObjectApi objects, DeletePodSettings settings) {
        this.pods = pods.exceptTerminating();
        this.removal = new PodRemoval(api, settings.gracePeriod());
        this.budgets = new DisruptionBudgets(objects);
        this.settings = settings;
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
    public List<Reason> reasons() {
        return List.of(DELETED, EVICTED);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(DeletePodSettings.class);
    }

    @Override
    public Set<String> evidenceFrom() {
        return Set.of("snapshot-logs");
    }

    @Override
    public List<Permission> permissions() {
        return switch (settings.mode()) {
            case DELETE -> List.of(new Permission("delete", "", "pods"));
            case EVICT -> List.of(new Permission("create", "", "pods/eviction"), DisruptionBudgets.permission());
        };
    }

    @Override
    public Change act(Alert alert, Pod pod, Run run) throws OutcomeException {
        try {
            return switch (settings.mode()) {
                case DELETE -> {
                    removal.delete(pod, run);
                    yield new Change(DELETED, run.verb("Deleted", "delete") + sentence(pod), workload(pod));
                }
                case EVICT -> {
                    evict(pod, run);
                    yield new Change(EVICTED, run.verb("Evicted", "evict") + sentence(pod), workload(pod));
                }
            };
        } catch (OutcomeException e) {
            // once the pod is gone, nothing else tells a further delivery where it came from
            throw e.outcome() instanceof Failed failed && failed.uncertain()
                    ? new OutcomeException(failed.with(workload(pod)))
                    : e;
        }
    }

    private void evict(Pod pod, Run run) throws OutcomeException {
        try {
            removal.evict(pod, run);
        } catch (OutcomeException e) {
            throw budgets.explain(pod, e);
        }
    }

    @Override
    public Optional<Change> confirm(ObjectReference pod, Map<String, Object> details) throws OutcomeException {
        if (!removal.isRemoved(pod)) {
            return Optional.empty();
        }
        return Optional.of(new Change(
                settings.mode() == DeletePodSettings.Mode.EVICT ? EVICTED : DELETED,
                "Removed " + pod + " (uid " + pod.uid() + "); the API server's answer was lost",
                details));
    }

    /** The pod's controller, by which a chained action finds the workload once the pod is gone. */
    private static Map<String, Object> workload(Pod pod) {
        return Pods.controller(pod)
                .<Map<String, Object>>map(each -> Map.of(
                        "workload",
                        Map.of(
                                "apiVersion", each.getApiVersion(),
                                "kind", each.getKind(),
                                "name", each.getName(),
                                "uid", each.getUid())))
                .orElse(Map.of());
    }

    private String sentence(Pod pod) {
        return " pod %s (uid %s) with %d s of grace"
                .formatted(
                        Pods.name(pod),
                        pod.getMetadata().getUid(),
                        settings.gracePeriod().toSeconds());
    }
}
