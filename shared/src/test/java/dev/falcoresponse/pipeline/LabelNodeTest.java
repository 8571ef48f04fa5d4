package dev.falcoresponse.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.SampleAlert;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.Call;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.AlertGuards;
import dev.falcoresponse.record.ResponseRecord;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A new kind of target is one class too: {@link Nodes} below, with its own guards and reasons, and an action on it. */
final class LabelNodeTest {
    private static final String NODE = "/api/v1/nodes/worker-7";
    private static final Reason CONTROL_PLANE = Reason.denied("control-plane");

    @RegisterExtension
    final World world = new World();

    private final SampleAlert alert = SampleAlert.bare().field("container.id", "host");

    /** The whole target: the Node whose name is the alert's hostname. */
    private record Nodes(ObjectApi api, AlertGuards guards) implements Target<Node> {
        @Override
        public List<Guard<Alert>> alertGuards(Effect effect) {
            return List.of(guards::stale, guards::otherCluster);
        }

        @Override
        public Found<Node> find(Alert alert, Effect effect, Read read) throws OutcomeException {
            Optional<Node> node = KubernetesNames.isName(alert.hostname())
                    ? api.find(Resource.NODES, "", alert.hostname(), Node.class)
                    : Optional.empty();
            return node.<Found<Node>>map(found -> new Proven<>(found, Identity.NAME))
                    .orElseGet(
                            () -> new Missing<>(new Skipped(Reason.NOT_FOUND, "No Node is named " + alert.hostname())));
        }

        @Override
        public List<Guard<Node>> guards(Effect effect) {
            return effect == Effect.CHANGE ? List.of(Nodes::controlPlane) : List.of();
        }

        private static Optional<Outcome> controlPlane(Node node) {
            return node.getMetadata().getLabels().containsKey("node-role.kubernetes.io/control-plane")
                    ? Optional.of(new Denied(
                            CONTROL_PLANE, "Node " + node.getMetadata().getName() + " runs the control plane"))
                    : Optional.empty();
        }

        @Override
        public List<Permission> permissions() {
            return List.of(Resource.NODES.permission("get"), Resource.EVENTS.permissionEverywhere("create"));
        }

        @Override
        public ObjectReference reference(Node node) {
            var meta = node.getMetadata();
            return new ObjectReference("v1", "Node", "", meta.getName(), meta.getUid(), meta.getName(), "");
        }
    }

    /** The whole action. */
    private record LabelNode(Nodes target, ApiClient api) implements Action<Node> {
        @Override
        public String name() {
            return "label-node";
        }

        @Override
        public List<Reason> reasons() {
            return List.of(Reason.acted("labelled"), CONTROL_PLANE);
        }

        @Override
        public List<Permission> permissions() {
            return List.of(Resource.NODES.permission("patch"));
        }

        @Override
        public Change act(Alert alert, Node node, Run run) throws OutcomeException {
            String name = node.getMetadata().getName();
            String query = run == Run.DRY ? "?dryRun=All" : "";
            var body =
                    Map.of("metadata", Map.of("uid", node.getMetadata().getUid(), "labels", Map.of("suspect", "true")));
            api.change(
                    Call.on(Resource.NODES, "PATCH", "patch", "", name, query), "application/merge-patch+json", body);
            return new Change(reasons().getFirst(), run.verb("Labelled", "label") + " Node " + name, Map.of());
        }
    }

    private EventResponder responder(String... namesAndValues) {
        ApiClient client = world.api.client();
        AlertGuards guards = new AlertGuards(world.settings(namesAndValues), world.namespaces(), world.clock());
        return world.responder(new LabelNode(new Nodes(new ObjectApi(client), guards), client), namesAndValues);
    }

    private NodeBuilder stored() {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("worker-7")
                .withUid("n-7")
                .addToLabels("kubernetes.io/os", "linux")
                .endMetadata();
    }

    private void stored(NodeBuilder node) {
        world.api.on("GET " + NODE, node.build()).on("PATCH " + NODE, "{}").on("PATCH " + NODE + "?dryRun=All", "{}");
    }

    @Test
    void theNodeOfAHostAlertIsLabelled() {
        stored(stored());
        ResponseRecord record = responder().answer(alert.event());

        assertThat(record.outcome() + "/" + record.reason()).isEqualTo("acted/labelled");
        assertThat(record.targetKind()).contains("Node");
        assertThat(record.targetName()).contains("worker-7");
        assertThat(record.targetUid()).contains("n-7");
        assertThat(record.identity()).contains("name");
        assertThat(record.node()).contains("worker-7");
        assertThat(record.namespace()).isEmpty();
        assertThat(record.pod()).isEmpty();
        assertThat(record.podUid()).isEmpty();
        assertThat(record.subject()).contains("worker-7");
    }

    @Test
    void itsKubernetesEventIsWrittenWhereThoseOfNodesAre() throws InterruptedException {
        stored(stored());
        responder().answer(alert.event());

        assertThat(world.kubernetesEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.line()).contains("/namespaces/default/"))
                .satisfies(event -> assertThat(event.body()).contains("\"kind\":\"Node\"", "\"uid\":\"n-7\""));
    }

    @Test
    void itsOwnReasonIsCountedAndRecorded() {
        stored(stored().editMetadata()
                .addToLabels("node-role.kubernetes.io/control-plane", "")
                .endMetadata());

        assertThat(World.answer(responder(), alert)).isEqualTo("denied/control-plane");
        assertThat(world.count("label-node", "denied", "control-plane")).isEqualTo(1);
    }

    @Test
    void theWholePipelineHoldsForIt() {
        stored(stored());
        EventResponder responder = responder("RESPONSE_CLUSTER", "prod-us");

        assertThat(World.answer(responder, alert)).isEqualTo("acted/labelled");
        assertThat(World.answer(responder, alert)).isEqualTo("skipped/recently-handled");
        assertThat(World.answer(responder, SampleAlert.bare().with("hostname", "worker-8")))
                .isEqualTo("skipped/not-found");
        assertThat(World.answer(responder, SampleAlert.bare().field("cluster", "prod-eu")))
                .isEqualTo("denied/other-cluster");
        world.pass(Duration.ofHours(1));
        assertThat(World.answer(responder, alert)).isEqualTo("skipped/stale");
    }

    @Test
    void aPreviewChangesNothing() {
        stored(stored());

        assertThat(World.answer(responder("RESPONSE_DRY_RUN", "true"), alert)).isEqualTo("previewed/dry-run");
        assertThat(world.api.requests("PATCH " + NODE + "?dryRun=All")).hasSize(1);
        assertThat(world.api.requests("PATCH")).hasSize(1);
    }
}
