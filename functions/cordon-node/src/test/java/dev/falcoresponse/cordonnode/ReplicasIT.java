package dev.falcoresponse.cordonnode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The maximum holds over replicas at any moment, and whatever ends a replica leaves nothing behind. */
@NeedsKubeApiServer
class ReplicasIT extends CordonedNodes {
    ReplicasIT(KubeApiServer server) {
        super(server);
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
                                        .repeatedlyTo(replica.uri(), alert(node))
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
}
