package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.response.ValidatableResponse;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chained after snapshot-logs, it acts only when the evidence is complete, and only on the pod that it is of. */
@NeedsKubeApiServer
class EvidenceIT {
    private static final String LOCATION = "s3://evidence/shop/web-0/";

    private static KubernetesClient client;
    private static FunctionProcess function;
    private static String namespace = "";
    private Pod pod;

    @BeforeAll
    static void start(KubeApiServer server) {
        client = server.client();
        namespace = server.newNamespace();
        function = ThisFunction.acting(ThisFunction.access(server), Map.of());
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    @BeforeEach
    void newPod() {
        pod = TestPods.create(client, namespace, "web-" + System.nanoTime());
    }

    /** The reply of snapshot-logs, as the broker delivers it. */
    private ValidatableResponse reply(String uid, boolean complete) {
        return reply(uid, "acted", complete ? "true" : "false");
    }

    private ValidatableResponse reply(String uid, String outcome, String complete) {
        ObjectNode record = new ObjectMapper()
                .createObjectNode()
                .put("action", "snapshot-logs")
                .put("outcome", outcome)
                .put("rule", "Terminal shell in container")
                .put("priority", "Notice")
                .put("source", "syscall")
                .put("eventId", "the-alert")
                .put("eventTime", Instant.now().toString())
                .put("namespace", namespace)
                .put("pod", pod.getMetadata().getName())
                .put("podUid", uid);
        ObjectNode details = record.putObject("details").put("location", LOCATION);
        if (!complete.isEmpty()) {
            details.put("complete", Boolean.parseBoolean(complete));
        }
        return Send.request(function.uri())
                .headers(Map.of(
                        "ce-specversion", "1.0",
                        "ce-id", "the-alert/snapshot-logs",
                        "ce-source", "/falco-response/snapshot-logs",
                        "ce-type", "falco.response.snapshot-logs.v1",
                        "Content-Type", "application/json"))
                .body(record.toString())
                .post()
                .then();
    }

    private String uid() {
        return pod.getMetadata().getUid();
    }

    @Test
    void itsRecordNamesTheAlertAndTheEvidence() {
        reply(uid(), true)
                .statusCode(200)
                .body("reason", equalTo("deleted"))
                .body("eventId", equalTo("the-alert"), "details.evidence", equalTo(LOCATION));

        assertThat(TestPods.isThere(client, pod)).isFalse();
    }

    @Test
    void evidenceThatIsNotWholeIsNoLeaveToDestroyTheRest() {
        reply(uid(), false)
                .statusCode(400)
                .body("outcome", equalTo("rejected"), "detail", containsString("The evidence is not complete"));

        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"previewed", "denied", "skipped", "failed"})
    void aReplyThatSecuredNothingIsNoLeave(String outcome) {
        reply(uid(), outcome, "").statusCode(400).body("outcome", equalTo("rejected"));

        assertThat(TestPods.isThere(client, pod)).isTrue();
    }

    @Test
    void evidenceOfANamesakeIsNoLeaveEither() {
        reply("another", true).statusCode(200).body("reason", equalTo("replaced"));

        assertThat(TestPods.isThere(client, pod)).isTrue();
    }
}
