package dev.falcoresponse.cordonnode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestNodes;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The maximum holds over replicas at any moment, and whatever ends a replica leaves nothing that blocks for long. */
@NeedsKubeApiServer
class ReplicasIT {
    private static final int MAX = 2;

    private final KubernetesClient client;
    private final KubeAccess access;

    ReplicasIT(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("fence.yaml"));
    }

    @BeforeEach
    void eightWorkers() {
        for (int i = 1; i <= 8; i++) {
            Node node = TestNodes.ready("worker-" + i);
            Node created = client.resource(node).create();
            client.resource(new NodeBuilder(created)
                            .withStatus(node.getStatus())
                            .build())
                    .updateStatus();
        }
    }

    @AfterEach
    void removeNodes() {
        client.nodes().delete();
        client.configMaps()
                .inNamespace("falco-response")
                .withLabel("app.kubernetes.io/managed-by", "falco-response")
                .delete();
    }

    private FunctionProcess function(KubeAccess kubernetes) {
        return ThisFunction.acting(
                kubernetes, Map.of("RESPONSE_COOLDOWN", "0s", "CORDON_NODE_MAX", Integer.toString(MAX)));
    }

    private static RecordedAlert alert(String node) {
        return RecordedAlert.named("read-sensitive-file-host")
                .at(Instant.now())
                .with("hostname", node)
                .with("uuid", UUID.randomUUID().toString());
    }

    private static Response undo(FunctionProcess function, String node) {
        return Send.event(function.uri(), "falco.response.cordon-node.undo.v1", "{\"node\":\"" + node + "\"}");
    }

    private List<String> slots() {
        return client
                .configMaps()
                .inNamespace("falco-response")
                .withLabel("app.kubernetes.io/managed-by", "falco-response")
                .list()
                .getItems()
                .stream()
                .map(each -> each.getData().get("node"))
                .toList();
    }

    /** Watches how many nodes are cordoned at the same time. */
    private static final class Cordons implements Watcher<Node> {
        private final Set<String> now = new HashSet<>();
        private int most;

        @Override
        public synchronized void eventReceived(Action action, Node node) {
            if (action != Action.DELETED && NodeMarks.isUnschedulable(node)) {
                now.add(NodeMarks.name(node));
            } else {
                now.remove(NodeMarks.name(node));
            }
            most = Math.max(most, now.size());
        }

        @Override
        public void onClose(WatcherException cause) {
            throw new AssertionError(cause);
        }

        synchronized int most() {
            return most;
        }
    }

    @Test
    void ofAHundredAlertsAboutFiveNodesAtOnceNeverMoreThanTheMaximumIsCordoned() {
        Cordons cordons = new Cordons();
        try (Watch _ = client.nodes().watch(cordons);
                FunctionProcess one = function(access);
                FunctionProcess two = function(access);
                FunctionProcess three = function(access);
                ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<FunctionProcess> replicas = List.of(one, two, three);
            List<CompletableFuture<Void>> sent = IntStream.range(0, 100)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> {
                                String node = "worker-" + (1 + i % 5);
                                FunctionProcess replica = replicas.get(i % 3);
                                String reason = Send.BINARY
                                        .to(replica.uri(), alert(node))
                                        .path("reason");
                                assertThat(reason)
                                        .isIn("cordoned", "already-done", "budget", "recently-handled", "conflict");
                                if (reason.equals("cordoned") && i % 2 == 0) {
                                    undo(replica, node);
                                }
                            },
                            senders))
                    .toList();
            sent.forEach(CompletableFuture::join);
            Waiting.until("the watch to see a cordon", Duration.ofSeconds(20), () -> cordons.most() > 0);
        }

        assertThat(cordons.most()).isBetween(1, MAX);
        assertThat(slots()).hasSizeLessThanOrEqualTo(MAX);
    }

    /** An undo at the same moment takes no slot from under an alert, and claims no person's work. */
    @Test
    void undoAndAlertAtTheSameMomentNeverBreakTheMaximum() {
        Cordons cordons = new Cordons();
        try (Watch _ = client.nodes().watch(cordons);
                FunctionProcess one = function(access);
                FunctionProcess two = function(access)) {
            for (int round = 0; round < 20; round++) {
                String node = "worker-" + (1 + round % 5);
                CompletableFuture<Void> alerts =
                        CompletableFuture.runAsync(() -> Send.BINARY.to(one.uri(), alert(node)));
                CompletableFuture<Void> undos = CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 3; i++) {
                        assertThat(undo(two, node).<String>path("reason"))
                                .isIn("uncordoned", "nothing-to-undo", "conflict");
                    }
                });
                CompletableFuture.allOf(alerts, undos).join();
                boolean isCordoned =
                        NodeMarks.isCordoned(client.nodes().withName(node).get());
                assertThat(slots().contains(node)).isEqualTo(isCordoned);
                undo(one, node);
            }
        }
        assertThat(cordons.most()).isLessThanOrEqualTo(MAX);
    }

    /** The process is killed at its n-th call about nodes and slots. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 6, 7, 8, 9, 10})
    void killedAnywhereAndRepeatedItEndsTheSame(int last) {
        RecordedAlert alert = alert("worker-1");
        sendAndKill(alert, call -> call.uri().contains("/nodes") || call.uri().contains("/configmaps"), last);

        try (FunctionProcess another = function(access)) {
            String reason = Send.BINARY
                    .to(another.uri(), alert)
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("reason");
            assertThat(reason).isIn("cordoned", "already-done");
            assertThat(slots()).containsExactly("worker-1");

            undo(another, "worker-1").then().body("reason", equalTo("uncordoned"));
            assertThat(slots()).isEmpty();
        }
    }

    private void sendAndKill(RecordedAlert alert, Predicate<ApiProxy.Call> counted, int last) {
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<FunctionProcess> victim = new CompletableFuture<>();
        ApiProxy.Fault kill = call -> {
            if (counted.test(call) && calls.incrementAndGet() == last) {
                victim.join().kill();
                return Optional.of(new ApiProxy.Answer(500, Map.of(), "{}"));
            }
            return Optional.empty();
        };
        try (ApiProxy proxy = ApiProxy.before(access, kill);
                FunctionProcess function = function(proxy.access())) {
            victim.complete(function);
            CompletableFuture.runAsync(() -> Send.BINARY.to(function.uri(), alert))
                    .exceptionally(_ -> null)
                    .join();
        }
    }

    /** Killed between slot and change: the slot names a node that is not cordoned, and blocks others for a minute at most. */
    @Test
    void aSlotThatWasLeftBehindIsFreed() {
        for (int i = 1; i <= MAX; i++) {
            sendAndKill(alert("worker-" + i), call -> call.method().equals("PATCH"), 1);
        }
        assertThat(slots()).containsExactlyInAnyOrder("worker-1", "worker-2");

        try (FunctionProcess another = function(access)) {
            Send.BINARY.to(another.uri(), alert("worker-3")).then().body("reason", equalTo("budget"));
            Waiting.until(
                    "the slots to be free",
                    Duration.ofSeconds(90),
                    () -> Send.BINARY
                            .to(another.uri(), alert("worker-3"))
                            .path("reason")
                            .equals("cordoned"));
        }
        assertThat(slots()).contains("worker-3");
    }
}
