package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.falcoresponse.testing.ApiProxy;
import dev.falcoresponse.testing.ApiProxy.Answer;
import dev.falcoresponse.testing.ApiProxy.Fault;
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
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A change that the API server did not make is not reported as made, and the status tells the broker whether to retry. */
@NeedsKubeApiServer
class FaultsIT {
    private final KubernetesClient client;
    private final KubeAccess access;
    private final String namespace;
    private final Pod pod;
    private final RecordedAlert alert;

    FaultsIT(KubeApiServer server) {
        client = server.client();
        access = ThisFunction.access(server);
        namespace = server.newNamespace();
        pod = TestPods.create(client, namespace, "web-0");
        alert = RecordedAlert.shellIn(pod);
    }

    private static Fault on(String method, Answer answer) {
        return call ->
                call.method().equals(method) && call.uri().contains("/pods/") ? Optional.of(answer) : Optional.empty();
    }

    private static Answer status(int code, String reason, Map<String, String> headers) {
        return new Answer(
                code,
                headers,
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"no luck today\",\"reason\":\"%s\",\"code\":%d}"
                        .formatted(reason, code));
    }

    /** The answer behind a fault; the pod is still there. */
    private Response behind(Fault fault, Map<String, String> settings) {
        try (ApiProxy proxy = ApiProxy.before(access, fault);
                FunctionProcess function = ThisFunction.acting(proxy.access(), settings)) {
            Response answer = Send.BINARY.to(function.uri(), alert);
            assertThat(TestPods.isThere(client, pod)).isTrue();
            assertThat(function.records()).hasSize(1);
            return answer;
        }
    }

    @Test
    void anErrorOfTheServerIsWorthRepeating() {
        behind(on("DELETE", status(500, "InternalError", Map.of())), Map.of())
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("outcome", equalTo("failed"), "reason", equalTo("unavailable"))
                .body("detail", containsString("no luck today"));
    }

    @Test
    void theTimeThatTheServerAsksForIsPassedOn() {
        behind(on("GET", status(429, "TooManyRequests", Map.of("Retry-After", "17"))), Map.of())
                .then()
                .statusCode(503)
                .header("Retry-After", "17")
                .body("reason", equalTo("unavailable"));
    }

    @Test
    void aConflictIsWorthRepeating() {
        behind(on("DELETE", status(409, "Conflict", Map.of())), Map.of())
                .then()
                .statusCode(503)
                .body("reason", equalTo("conflict"));
    }

    @Test
    void anAnswerThatIsNotKubernetesIsWorthRepeating() {
        behind(on("GET", new Answer(200, Map.of(), "<html>proxy</html>")), Map.of())
                .then()
                .statusCode(503)
                .body("reason", equalTo("unavailable"));
        behind(on("GET", new Answer(404, Map.of(), "<html>proxy</html>")), Map.of())
                .then()
                .statusCode(503)
                .body("reason", equalTo("unavailable"));
    }

    @Test
    void anotherPodsBodyIsNotTaken() {
        String other = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"other\",\"namespace\":\"x\"}}";
        behind(on("GET", new Answer(200, Map.of(), other)), Map.of())
                .then()
                .statusCode(503)
                .body("reason", equalTo("unavailable"));
    }

    @Test
    void aSilentServerIsWaitedForNoLongerThanItMay() {
        CountDownLatch over = new CountDownLatch(1);
        try {
            behind(holding("DELETE", over), Map.of("RESPONSE_API_TIMEOUT", "3s"))
                    .then()
                    .statusCode(503)
                    .body("reason", equalTo("timeout"), "detail", containsString("delete pods"));
        } finally {
            over.countDown();
        }
    }

    @Test
    void anUnreachableServerIsWorthRepeatingAndTheFunctionIsNotReady() {
        KubeAccess nowhere = new KubeAccess("http://127.0.0.1:1", "", "token");
        try (FunctionProcess function = ThisFunction.acting(nowhere, Map.of())) {
            assertThat(function.status("_/health")).isEqualTo(200);
            assertThat(function.status("_/ready")).isEqualTo(503);
            Send.BINARY.to(function.uri(), alert).then().statusCode(503).body("reason", equalTo("unavailable"));
        }
    }

    @Test
    void theClientItselfRepeatsNothing() {
        try (ApiProxy proxy = ApiProxy.before(access, on("DELETE", status(503, "ServiceUnavailable", Map.of())));
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of())) {
            Send.BINARY.to(function.uri(), alert).then().statusCode(503);

            assertThat(proxy.calls("/pods/")).hasSize(2);
        }
    }

    @Test
    void aSlowPodHoldsUpNoOther() {
        CountDownLatch over = new CountDownLatch(1);
        Fault slow = holding("/pods/web-0", over);
        List<Pod> others = IntStream.rangeClosed(1, 50)
                .mapToObj(i -> TestPods.create(client, namespace, "other-" + i))
                .toList();
        try (ApiProxy proxy = ApiProxy.before(access, slow);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_API_TIMEOUT", "60s"))) {
            CompletableFuture<Response> held =
                    CompletableFuture.supplyAsync(() -> Send.BINARY.to(function.uri(), alert));
            Waiting.until(
                    "the slow call",
                    Duration.ofSeconds(30),
                    () -> !proxy.calls("/pods/web-0").isEmpty());

            others.forEach(other -> Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(other))
                    .then()
                    .statusCode(200)
                    .body("reason", equalTo("deleted")));

            assertThat(held).isNotDone();
            over.countDown();
            held.join().then().statusCode(200).body("reason", equalTo("deleted"));
        }
    }

    @Test
    void aSecondAlertOnAPodThatIsBeingHandledIsNotASecondAction() {
        CountDownLatch over = new CountDownLatch(1);
        Fault held = holding("DELETE", over);
        try (ApiProxy proxy = ApiProxy.before(access, held);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_API_TIMEOUT", "60s"))) {
            CompletableFuture<Response> first =
                    CompletableFuture.supplyAsync(() -> Send.BINARY.to(function.uri(), alert));
            Waiting.until(
                    "the deletion",
                    Duration.ofSeconds(30),
                    () -> proxy.calls("/pods/web-0").size() == 2);

            Send.BINARY
                    .to(function.uri(), alert)
                    .then()
                    .statusCode(200)
                    .body("outcome", equalTo("skipped"), "reason", equalTo("recently-handled"));

            over.countDown();
            first.join().then().statusCode(200).body("reason", equalTo("deleted"));
            assertThat(proxy.calls("/pods/web-0")).hasSize(3);
        }
    }

    @Test
    void anAnswerUnderWayIsFinishedWhenTheFunctionMustStop() {
        CountDownLatch over = new CountDownLatch(1);
        Fault held = holding("DELETE", over);
        try (ApiProxy proxy = ApiProxy.before(access, held);
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_API_TIMEOUT", "15s"))) {
            CompletableFuture<Response> underWay =
                    CompletableFuture.supplyAsync(() -> Send.BINARY.to(function.uri(), alert));
            Waiting.until(
                    "the deletion",
                    Duration.ofSeconds(30),
                    () -> proxy.calls("/pods/web-0").size() == 2);

            function.terminate();
            over.countDown();

            underWay.join().then().statusCode(200).body("reason", equalTo("deleted"));
            function.awaitEnd();
            assertThat(proxy.calls("/events")).hasSize(1);
            assertThat(events()).hasSize(1);
        }
    }

    @Test
    void everyKubernetesEventIsWrittenThoughTheDoorIsClosedAlready() {
        List<Pod> pods = IntStream.range(0, 20)
                .mapToObj(i -> TestPods.create(client, namespace, "one-of-many-" + i))
                .toList();
        CountDownLatch over = new CountDownLatch(1);
        try (ApiProxy proxy = ApiProxy.before(access, holding("/events", over));
                FunctionProcess function = ThisFunction.acting(proxy.access(), Map.of("RESPONSE_API_TIMEOUT", "60s"))) {
            pods.forEach(each -> Send.BINARY
                    .to(function.uri(), RecordedAlert.shellIn(each))
                    .then()
                    .body("reason", equalTo("deleted")));

            function.terminate();
            Waiting.until("the end of the door", Duration.ofSeconds(30), () -> function.status("_/health") == 0);
            over.countDown();

            function.awaitEnd();
            assertThat(events()).hasSize(20);
        }
    }

    private List<Event> events() {
        return client.events().v1().events().inNamespace(namespace).list().getItems();
    }

    /** Calls whose method or path contains this text wait until the test goes on. */
    private static Fault holding(String part, CountDownLatch over) {
        return call -> {
            if ((call.method() + " " + call.uri()).contains(part)) {
                await(over);
            }
            return Optional.empty();
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
