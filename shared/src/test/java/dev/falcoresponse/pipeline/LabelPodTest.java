package dev.falcoresponse.pipeline;

import static dev.falcoresponse.kubernetes.MemoryApi.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.MemoryApi.Request;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.pods.SamplePods;
import dev.falcoresponse.record.ResponseRecord;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new action on pods is one class: {@link LabelPod} below, which nothing in {@code shared} knows. */
final class LabelPodTest {
    private static final String POD = "/api/v1/namespaces/shop/pods/web-0";

    @RegisterExtension
    final World world = new World();

    private final SampleAlert alert = SampleAlert.about("shop", "web-0").field("container.id", SamplePods.CONTAINER_ID);

    /** The whole action. */
    private record LabelPod(Pods pods, ApiClient api) implements Action<Pod> {
        @Override
        public String name() {
            return "label-pod";
        }

        @Override
        public Target<Pod> target() {
            return pods;
        }

        @Override
        public List<Reason> reasons() {
            return List.of(Reason.acted("labelled"));
        }

        @Override
        public List<Permission> permissions() {
            return List.of(Resource.PODS.permission("patch"));
        }

        @Override
        public Change act(Alert alert, Pod pod, Run run) throws OutcomeException {
            var meta = pod.getMetadata();
            String query = run == Run.DRY ? "?dryRun=All" : "";
            Call call = Call.on(Resource.PODS, "PATCH", "patch", meta.getNamespace(), meta.getName(), query);
            var bound = Map.of(
                    "uid", meta.getUid(),
                    "resourceVersion", meta.getResourceVersion(),
                    "labels", Map.of("suspect", "true"));
            api.change(call, "application/merge-patch+json", Map.of("metadata", bound));
            return new Change(reasons().getFirst(), run.verb("Labelled", "label") + " pod " + Pods.name(pod), Map.of());
        }
    }

    private String answer(String... namesAndValues) {
        return World.answer(responder(namesAndValues), alert);
    }

    private EventResponder responder(String... namesAndValues) {
        ApiClient client = world.api.client();
        Pods pods = new Pods(
                new PodApi(client), world.settings(namesAndValues), world.namespaces(), World.SELF, world.clock());
        return world.responder(new LabelPod(pods, client), namesAndValues);
    }

    private void stored(PodBuilder pod) {
        world.api.on("GET " + POD + "?resourceVersion=0", pod.build()).on("GET " + POD, pod.build());
    }

    @Test
    void theProvenPodIsLabelled() {
        stored(SamplePods.web0());
        world.api.on("PATCH " + POD, "{}");
        ResponseRecord record = responder().answer(alert.event());

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("acted/labelled");
        assertThat(record.identity()).contains("container");
        assertThat(record.subject()).contains("shop/web-0");
        assertThat(record.owner()).contains("StatefulSet/web");
        assertThat(world.api.requests("PATCH"))
                .extracting(Request::body)
                .first()
                .asString()
                .contains("\"uid\":\"5d0a\"", "\"resourceVersion\":\"7\"", "\"suspect\":\"true\"");
    }

    @Test
    void aPreviewIsTheServersOwnDryRun() {
        stored(SamplePods.web0());
        world.api.on("PATCH " + POD + "?dryRun=All", "{}");

        assertThat(answer("RESPONSE_DRY_RUN", "true")).isEqualTo("previewed/dry-run");
        assertThat(world.lastRecord().message()).isEqualTo("Would label pod shop/web-0");
    }

    @ParameterizedTest
    @CsvSource({
        "403,User \"x\" cannot patch resource \"pods\",failed/forbidden",
        "403,denied by a webhook,failed/refused-by-admission",
        "500,etcd,failed/unavailable",
        "404,gone,skipped/not-found"
    })
    void aPreviewThatTheServerRefusesFailsLikeTheAct(int code, String message, String answer) {
        stored(SamplePods.web0());
        var refused = status(code, code == 404 ? "NotFound" : "x", message);
        world.api.on("PATCH " + POD + "?dryRun=All", refused).on("PATCH " + POD, refused);

        assertThat(answer("RESPONSE_DRY_RUN", "true")).isEqualTo(answer);
        assertThat(answer()).isEqualTo(answer);
    }

    @Test
    void aLabelThatIsSetBetweenReadAndChangeIsHonoured() {
        stored(SamplePods.web0());
        world.api.on("PATCH " + POD, status(409, "Conflict", "the object has been modified"));
        world.api.on(
                "GET " + POD,
                SamplePods.web0()
                        .editMetadata()
                        .addToLabels("falco-response/exempt", "true")
                        .endMetadata()
                        .build());

        assertThat(answer()).isEqualTo("denied/exempt");
        assertThat(world.api.requests("PATCH")).hasSize(1);
    }

    @Test
    void theWholePipelineHoldsForIt() {
        stored(SamplePods.web0());
        world.api.on("PATCH " + POD, "{}");
        EventResponder responder = responder();

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
        assertThat(World.answer(responder, alert)).isEqualTo("skipped/recently-handled");
        assertThat(World.answer(responder, SampleAlert.about("kube-system", "dns")))
                .isEqualTo("denied/protected-namespace");
        assertThat(World.answer(responder, SampleAlert.about("shop", "web-1"))).isEqualTo("skipped/not-found");
        assertThat(World.answer(responder, SampleAlert.bare())).isEqualTo("skipped/host");
        assertThat(World.answer(responder, SampleAlert.about("shop", "web-0"))).isEqualTo("denied/unproven");
        assertThat(world.records()).hasSize(6);
    }
}
