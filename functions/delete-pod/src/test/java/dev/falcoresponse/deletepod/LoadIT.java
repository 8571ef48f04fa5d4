package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many alerts at once. */
@NeedsKubeApiServer
class LoadIT {
    /** The machine of a test may be busy with others. */
    private static final Map<String, String> PATIENT = Map.of("RESPONSE_API_TIMEOUT", "60s");

    /** Sends all at the same time; the reasons of the answers. */
    private static List<String> atOnce(FunctionProcess function, Stream<RecordedAlert> alerts) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = alerts.map(alert -> threads.submit(() -> Send.BINARY
                            .to(function.uri(), alert)
                            .then()
                            .statusCode(200)
                            .extract()
                            .<String>path("reason")))
                    .toList();
            List<String> reasons = new ArrayList<>();
            for (Future<String> answer : answers) {
                reasons.add(answer.get());
            }
            return reasons;
        }
    }

    @Test
    void twoHundredAlertsDeleteTwoHundredPods(KubeApiServer server) throws Exception {
        KubernetesClient client = server.client();
        String namespace = server.newNamespace();
        List<Pod> pods = IntStream.range(0, 200)
                .mapToObj(i -> TestPods.create(client, namespace, "web-" + i))
                .toList();
        try (FunctionProcess function = ThisFunction.acting(ThisFunction.access(server), PATIENT)) {
            List<String> reasons = atOnce(function, pods.stream().map(RecordedAlert::shellIn));

            assertThat(reasons).hasSize(200).containsOnly("deleted");
            assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty();
            assertThat(function.records().stream().map(JsonPath::from).map(record -> record.getString("podUid")))
                    .containsExactlyInAnyOrderElementsOf(
                            pods.stream().map(pod -> pod.getMetadata().getUid()).toList());
        }
    }

    @Test
    void fiveHundredRepeatsDeleteOnce(KubeApiServer server) throws Exception {
        Pod pod = TestPods.create(server.client(), server.newNamespace(), "web-0");
        RecordedAlert alert = RecordedAlert.shellIn(pod);
        try (ApiProxy proxy = ApiProxy.before(ThisFunction.access(server), _ -> Optional.empty());
                FunctionProcess function = ThisFunction.acting(proxy.access(), PATIENT)) {
            List<String> reasons = atOnce(function, IntStream.range(0, 500).mapToObj(_ -> alert));

            assertThat(reasons).hasSize(500);
            assertThat(reasons).filteredOn("deleted"::equals).hasSize(1);
            assertThat(reasons).isSubsetOf("deleted", "recently-handled", "not-found", "terminating");
            assertThat(proxy.calls("/pods/"))
                    .filteredOn(call -> call.method().equals("DELETE"))
                    .hasSize(1);
            assertThat(function.records()).hasSize(500);
        }
    }
}
