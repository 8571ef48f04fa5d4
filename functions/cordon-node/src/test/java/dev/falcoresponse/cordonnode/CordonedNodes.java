package dev.falcoresponse.cordonnode;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestNodes;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Eight workers, and replicas of the function that may cordon two of them. */
abstract class CordonedNodes {
    static final int MAX = 2;

    final KubernetesClient client;
    final KubeAccess access;

    CordonedNodes(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        ServiceAccountAccess.apply(client, ThisFunction.MANIFESTS.resolve("fence.yaml"));
    }

    @BeforeEach
    void eightWorkers() {
        for (int i = 1; i <= 8; i++) {
            TestNodes.create(client, TestNodes.ready("worker-" + i));
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

    final FunctionProcess function(KubeAccess kubernetes) {
        return ThisFunction.acting(
                kubernetes, Map.of("RESPONSE_COOLDOWN", "0s", "CORDON_NODE_MAX", Integer.toString(MAX)));
    }

    static RecordedAlert alert(String node) {
        return RecordedAlert.named("read-sensitive-file-host")
                .at(Instant.now())
                .with("hostname", node)
                .with("uuid", UUID.randomUUID().toString());
    }

    static Response undo(FunctionProcess function, String node) {
        return Send.event(function.uri(), "falco.response.cordon-node.undo.v1", "{\"node\":\"" + node + "\"}");
    }

    final List<String> slots() {
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

    final void sendAndKill(RecordedAlert alert, Predicate<ApiProxy.Call> counted, int last) {
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
}
