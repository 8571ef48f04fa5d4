package dev.falcoresponse.deletepod;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One event leads to one answer, one log line, one count and one Kubernetes Event, and all agree. */
@NeedsKubeApiServer
class TracesIT {
    private static final Set<String> FIELDS = Set.of(
            "action",
            "outcome",
            "reason",
            "message",
            "dryRun",
            "rule",
            "priority",
            "source",
            "hostname",
            "tags",
            "eventId",
            "eventTime",
            "targetKind",
            "targetName",
            "targetUid",
            "identity",
            "namespace",
            "pod",
            "podUid",
            "node",
            "container",
            "containerId",
            "owner",
            "approvedBy",
            "startedAt",
            "finishedAt",
            "timing",
            "details");

    private final KubernetesClient client;
    private final KubeAccess access;
    private final String namespace;
    private final Pod pod;
    private final RecordedAlert alert;
    private final FunctionProcess function;

    TracesIT(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        namespace = server.newNamespace();
        pod = TestPods.create(client, namespace, "web-0", TestPods.ownedBy("apps/v1", "ReplicaSet", "web"));
        alert = RecordedAlert.shellIn(pod);
        function = ThisFunction.acting(access, Map.of());
    }

    @AfterEach
    void stop() {
        function.close();
    }

    @Test
    void theRecordHasEveryField() {
        Send.PLAIN.to(function.uri(), alert).then().statusCode(200).contentType("application/json");

        JsonPath line = JsonPath.from(onlyRecord());
        assertThat(line.getMap("").keySet()).isEqualTo(FIELDS);
        assertThat(line.getString("action")).isEqualTo("delete-pod");
        assertThat(line.getString("outcome")).isEqualTo("acted");
        assertThat(line.getString("reason")).isEqualTo("deleted");
        assertThat(line.getBoolean("dryRun")).isFalse();
        assertThat(line.getString("rule")).isEqualTo("Terminal shell in container");
        assertThat(line.getString("priority")).isEqualTo("Notice");
        assertThat(line.getString("source")).isEqualTo("syscall");
        assertThat(line.getString("hostname")).isEqualTo("worker-1.example.internal");
        assertThat(line.getList("tags")).contains("shell", "mitre_execution");
        assertThat(line.getString("eventId")).isEqualTo("d5bcaa15-d85a-41fd-b21f-840171170a3f");
        assertThat(Instant.parse(line.getString("eventTime"))).isEqualTo(Instant.parse(alert.member("time")));
        assertThat(line.getString("namespace")).isEqualTo(namespace);
        assertThat(line.getString("pod")).isEqualTo("web-0");
        assertThat(line.getString("podUid")).isEqualTo(pod.getMetadata().getUid());
        assertThat(line.getString("targetKind")).isEqualTo("Pod");
        assertThat(line.getString("targetName")).isEqualTo("web-0");
        assertThat(line.getString("targetUid")).isEqualTo(pod.getMetadata().getUid());
        assertThat(line.getString("identity")).isEqualTo("container");
        assertThat(line.getMap("timing").keySet()).containsExactly("read", "find", "guards", "act");
        assertThat(line.getString("approvedBy")).isNull();
        assertThat(line.getString("node")).isNull();
        assertThat(line.getString("container")).isEqualTo("web");
        assertThat(line.getString("containerId")).hasSize(12);
        assertThat(line.getString("owner")).isEqualTo("ReplicaSet/web");
        assertThat(Instant.parse(line.getString("finishedAt")))
                .isAfterOrEqualTo(Instant.parse(line.getString("startedAt")));
    }

    private void replyHeaders(ValidatableResponse answer) {
        answer.statusCode(200)
                .contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-type", "falco.response.delete-pod.v1")
                .header("ce-source", "/falco-response/delete-pod")
                .header("ce-subject", namespace + "/web-0")
                .header("ce-id", "d5bcaa15-d85a-41fd-b21f-840171170a3f/delete-pod")
                .header("ce-rule", "Terminal shell in container")
                .header("ce-priority", "Notice")
                .header("ce-action", "delete-pod")
                .header("ce-outcome", "acted")
                .header("ce-reason", "deleted")
                .header("ce-eventsource", "syscall")
                .body("outcome", equalTo("acted"));
        assertThat(Instant.parse(answer.extract().header("ce-time"))).isBefore(Instant.now());
    }

    @ParameterizedTest
    @EnumSource(Send.class)
    void everyFormIsAnsweredByTheSameBinaryEvent(Send form) {
        replyHeaders(form.to(function.uri(), alert).then());
    }

    @Test
    void aRedeliveryIsAnsweredUnderTheSameId() {
        String first = Send.BINARY.to(function.uri(), alert).header("ce-id");
        TestPods.awaitCached(client, pod);

        Send.BINARY
                .to(function.uri(), alert)
                .then()
                .statusCode(200)
                .header("ce-id", first)
                .header("ce-reason", "not-found");
    }

    @Test
    void theMetricsCountItOnce() {
        Send.BINARY.to(function.uri(), alert).then().statusCode(200);
        Send.BINARY.to(function.uri(), alert.withBody("{")).then().statusCode(400);

        String metrics = given().get(function.uri().resolve("q/metrics")).asString();
        assertThat(metrics)
                .contains("falco_response_events_total{action=\"delete-pod\",outcome=\"acted\",reason=\"deleted\"} 1.0")
                .contains("falco_response_events_total{action=\"delete-pod\",outcome=\"rejected\"")
                .contains("falco_response_seconds_count{action=\"delete-pod\",outcome=\"acted\"} 1")
                .contains("falco_response_seconds_bucket{action=\"delete-pod\",outcome=\"acted\",le=");
        assertThat(function.records()).hasSize(2);
    }

    @Test
    void thePodIsToldWhatWasDoneToIt() {
        Send.BINARY.to(function.uri(), alert).then().statusCode(200);

        Event event = onlyEvent();
        assertThat(event.getReportingController()).isEqualTo("falco-response/delete-pod");
        assertThat(event.getType()).isEqualTo("Warning");
        assertThat(event.getAction()).isEqualTo("delete-pod");
        assertThat(event.getReason()).isEqualTo("deleted");
        assertThat(event.getRegarding().getUid()).isEqualTo(pod.getMetadata().getUid());
        assertThat(event.getRegarding().getName()).isEqualTo("web-0");
        assertThat(event.getNote())
                .contains("Terminal shell in container", pod.getMetadata().getUid());
    }

    @Test
    void aRefusalIsANormalEvent() {
        client.resource(pod).edit(each -> {
            each.getMetadata().getLabels().put("falco-response/exempt", "true");
            return each;
        });

        Send.BINARY.to(function.uri(), alert).then().body("reason", equalTo("exempt"));

        assertThat(onlyEvent().getType()).isEqualTo("Normal");
    }

    @Test
    void whatWasAnsweredIsToldBeforeTheFunctionEnds() {
        Send.BINARY.to(function.uri(), alert).then().statusCode(200);

        function.terminate();

        assertThat(function.awaitEnd()).isIn(0, 143);
        assertThat(events()).hasSize(1);
        assertThat(function.records()).hasSize(1);
    }

    @Test
    void whatOtherActionsRepliedLeadsToTheSamePod() {
        String record = Send.PLAIN
                .to(function.uri(), alert.about(namespace, "nobody"))
                .asString()
                .replace("\"delete-pod\"", "\"isolate-network\"")
                .replace("\"nobody\"", "\"web-0\"");

        Send.BINARY
                .to(
                        function.uri(),
                        alert.withHeader("ce-type", "falco.response.isolate-network.v1")
                                .withBody(record))
                .then()
                .statusCode(200)
                .body(
                        "outcome",
                        equalTo("acted"),
                        "podUid",
                        equalTo(pod.getMetadata().getUid()))
                .body("eventId", equalTo(alert.member("uuid")));
    }

    @Test
    void itsOwnReplyIsRejectedForItWouldGoRoundForEver() {
        String record = Send.PLAIN.to(function.uri(), alert).asString();

        Send.BINARY
                .to(
                        function.uri(),
                        alert.withHeader("ce-type", "falco.response.delete-pod.v1")
                                .withBody(record))
                .then()
                .statusCode(400)
                .body("detail", containsString("loop"));
    }

    private String onlyRecord() {
        assertThat(function.records()).hasSize(1);
        return function.records().getFirst();
    }

    private Event onlyEvent() {
        Waiting.until("the Kubernetes Event", Duration.ofSeconds(30), () -> !events().isEmpty());
        assertThat(events()).hasSize(1);
        return events().getFirst();
    }

    private List<Event> events() {
        return client.events().v1().events().inNamespace(namespace).list().getItems();
    }
}
