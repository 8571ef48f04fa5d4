package dev.falcoresponse.isolatenetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.PagedNodes;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In a cluster of 2,000 nodes of 5 KB, a small heap has room for the addresses of all, read once for all alerts. */
@NeedsKubeApiServer
class ManyNodesIT {
    private static final int NODES = 2_000;
    private static final int ALERTS = 20;

    private static String node(int i) {
        return """
                {"metadata":{"name":"node-%1$d","annotations":{"filler":"%2$s"}},"spec":{"podCIDR":"10.%3$d.%4$d.0/24",
                 "podCIDRs":["10.%3$d.%4$d.0/24"]},
                 "status":{"addresses":[{"type":"InternalIP","address":"172.16.%3$d.%4$d"}]}}
                """.formatted(i, "x".repeat(5_000), 100 + i / 250, i % 250);
    }

    @Test
    void twentyAlertsAtOnceAreAnsweredAndTheNodesAreReadOnce(KubeApiServer server) {
        KubeAccess access = ThisFunction.access(server);
        ServiceAccountAccess.apply(
                server.client(),
                ThisFunction.MANIFESTS.resolveSibling("components").resolve("isolate-address/rbac.yaml"));
        String namespace = server.newNamespace();
        List<Pod> pods = IntStream.range(0, ALERTS)
                .mapToObj(i -> TestPods.create(server.client(), namespace, "web-" + i))
                .toList();
        Map<String, String> settings = Map.of(
                "ISOLATE_NETWORK_SCOPE",
                "address",
                "JAVA_TOOL_OPTIONS",
                "-Xmx64m -XX:+ExitOnOutOfMemoryError",
                // the machine of a test may be busy
                "RESPONSE_API_TIMEOUT",
                "30s");
        try (ApiProxy proxy = ApiProxy.before(access, new PagedNodes(NODES, ManyNodesIT::node));
                FunctionProcess function = ThisFunction.acting(proxy.access(), settings);
                ExecutorService senders = Executors.newFixedThreadPool(ALERTS)) {
            List<CompletableFuture<Response>> answers = pods.stream()
                    .map(pod -> CompletableFuture.supplyAsync(
                            () -> Send.BINARY.to(
                                    function.uri(), RecordedAlert.shellIn(pod).withField("fd.rip", "203.0.113.9")),
                            senders))
                    .toList();

            assertThat(answers.stream()
                            .map(CompletableFuture::join)
                            .map(answer -> answer.jsonPath().getString("reason")))
                    .hasSize(ALERTS)
                    .containsOnly("address-blocked");
            assertThat(proxy.calls("/api/v1/nodes")).hasSize(NODES / 100);

            Response inside = Send.BINARY.to(
                    function.uri(), RecordedAlert.shellIn(pods.getFirst()).withField("fd.rip", "172.16.107.249"));
            assertThat(inside.jsonPath().getString("message")).contains("node node-1999's");
            assertThat(function.isAlive()).isTrue();
        }
    }
}
