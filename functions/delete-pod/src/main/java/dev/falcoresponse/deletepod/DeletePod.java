package dev.falcoresponse.deletepod;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.PodAction;
import dev.falcoresponse.Reason;
import dev.falcoresponse.deletepod.DeletePodSettings.Mode;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.ApiServer.Run;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.reply.Door;
import dev.falcoresponse.settings.SettingReader;
import io.fabric8.kubernetes.api.model.Pod;
import io.quarkus.funqy.Funq;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** Deletes or evicts the pod that alerted. */
@Singleton
public final class DeletePod implements PodAction {
    private static final String NAME = "delete-pod";

    private final Door door;
    private final ApiServer api;
    private final DeletePodSettings settings;

    DeletePod(Door door, ApiServer api, SettingReader reader) {
        this.door = door;
        this.api = api;
        this.settings = DeletePodSettings.read(reader);
    }

    @Funq(NAME)
    public byte[] answer(byte[] body) {
        return door.answer(body);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Permission> permissions() {
        return List.of(
                switch (settings.mode()) {
                    case DELETE -> new Permission("delete", "", "pods");
                    case EVICT -> new Permission("create", "", "pods/eviction");
                });
    }

    @Override
    public Outcome act(Alert alert, Pod pod) throws ApiException {
        remove(pod, Run.REAL);
        return settings.mode() == Mode.EVICT
                ? new Acted(Reason.EVICTED, "Evicted " + sentence(pod), Map.of())
                : new Acted(Reason.DELETED, "Deleted " + sentence(pod), Map.of());
    }

    @Override
    public Outcome preview(Alert alert, Pod pod) throws ApiException {
        remove(pod, Run.DRY);
        return new Previewed(
                (settings.mode() == Mode.EVICT ? "Would evict " : "Would delete ") + sentence(pod), Map.of());
    }

    private void remove(Pod pod, Run run) throws ApiException {
        switch (settings.mode()) {
            case DELETE -> api.delete(pod, settings.gracePeriod(), run);
            case EVICT -> api.evict(pod, settings.gracePeriod(), run);
        }
    }

    private String sentence(Pod pod) {
        var meta = pod.getMetadata();
        return "pod %s/%s (uid %s) with %d s of grace"
                .formatted(
                        meta.getNamespace(),
                        meta.getName(),
                        meta.getUid(),
                        settings.gracePeriod().toSeconds());
    }
}
