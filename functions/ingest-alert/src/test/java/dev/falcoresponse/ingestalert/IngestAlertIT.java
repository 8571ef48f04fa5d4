package dev.falcoresponse.ingestalert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falcoresponse.testing.EventSink;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts from Kafka and from webhooks become events that Triggers can route, and none is confirmed that the broker has not taken. */
class IngestAlertIT {
    private static final KubeAccess NOWHERE = new KubeAccess("http://127.0.0.1:1", "", "token");
    private static final RecordedAlert SHELL = RecordedAlert.named("terminal-shell-in-container-pod");
    private static final String TOKEN = "s3cret-token";

    private static final EventSink broker = EventSink.start();
    private static Path token = Path.of("");
    private static FunctionProcess function;

    private static FunctionProcess start(Map<String, String> more) {
        Map<String, String> settings =
                new HashMap<>(Map.of("K_SINK", broker.uri().toString()));
        settings.put("RESPONSE_TOKEN_FILE", token.toString());
        settings.putAll(more);
        // an empty value stands for a variable that is not set
        settings.values().removeIf(String::isEmpty);
        return FunctionProcess.start(ThisFunction.TARGET, NOWHERE, settings);
    }

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        function = start(Map.of());
    }

    @AfterAll
    static void stop() {
        function.close();
        broker.close();
    }

    @BeforeEach
    void forget() {
        broker.answers(202);
        broker.drain();
    }

    /** As Knative's KafkaSource hands on what Falcosidekick wrote: without a rule, and without a content type, which REST-assured adds. */
    private static HttpResponse<byte[]> fromKafka(String body, String id) {
        HttpRequest event = HttpRequest.newBuilder(function.uri())
                .header("ce-specversion", "1.0")
                .header("ce-type", "dev.knative.kafka.event")
                .header("ce-source", "/apis/v1/namespaces/falco-response/kafkasources/falco-alerts#falco-alerts")
                .header("ce-subject", "partition:0#7")
                .header("ce-id", id)
                .header("ce-knativearrivaltime", "2026-11-23T12:00:00Z")
                .POST(BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(event, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers()
                .firstValue(name)
                .map(value -> new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .orElse("");
    }

    private static RequestSpecification asFalcosidekick(FunctionProcess to) {
        return Send.request(to.uri())
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Authorization", "Bearer " + TOKEN);
    }

    private static ValidatableResponse fromWebhook(String body) {
        return fromWebhook(function, body);
    }

    private static ValidatableResponse fromWebhook(FunctionProcess to, String body) {
        return asFalcosidekick(to)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post()
                .then();
    }

    @Test
    void itIsReadyWithoutAnApiServer() {
        function.awaitReady();
    }

    static List<String> recordings() {
        return RecordedAlert.names();
    }

    /** The reply is what Falcosidekick's own CloudEvents output would have sent, but for the id. */
    @ParameterizedTest
    @MethodSource("recordings")
    void anAlertFromKafkaIsAnsweredWithTheAlertThatTriggersKnow(String name) {
        RecordedAlert recorded = RecordedAlert.named(name);
        JsonPath body = JsonPath.from(recorded.body());

        HttpResponse<byte[]> answer = fromKafka(recorded.body(), "partition:0/offset:7");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "ce-type")).isEqualTo("falco.rule.output.v1");
        assertThat(header(answer, "ce-source")).isEqualTo("https://falco.org");
        assertThat(header(answer, "ce-specversion")).isEqualTo("1.0");
        assertThat(header(answer, "ce-rule")).isEqualTo(body.getString("rule"));
        assertThat(header(answer, "ce-priority")).isEqualTo(text(body, "priority"));
        assertThat(header(answer, "ce-eventsource")).isEqualTo(text(body, "source"));
        assertThat(header(answer, "ce-hostname")).isEqualTo(text(body, "hostname"));
        assertThat(header(answer, "content-type")).contains("application/json");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(recorded.body());
        assertThat(broker.drain()).isEmpty();
    }

    private static String text(JsonPath body, String name) {
        return Objects.requireNonNullElse(body.getString(name), "");
    }

    @Test
    void theIdIsFalcosOwnAndTheSameOnEachDelivery() {
        String uuid = UUID.randomUUID().toString();
        String named = SHELL.with("uuid", uuid).body();
        assertThat(header(fromKafka(named, "partition:0/offset:7"), "ce-id")).isEqualTo(uuid);
        assertThat(header(fromKafka(named, "partition:1/offset:9"), "ce-id")).isEqualTo(uuid);

        String unnamed = SHELL.with("uuid", "").body();
        String first = header(fromKafka(unnamed, "partition:0/offset:8"), "ce-id");
        assertThat(header(fromKafka(unnamed, "partition:0/offset:8"), "ce-id")).isEqualTo(first);
        assertThat(header(fromKafka(unnamed, "partition:0/offset:9"), "ce-id")).isNotEqualTo(first);
    }

    @Test
    void aWebhookIsAnsweredOnlyOnceTheBrokerHasTheAlert() {
        String uuid = UUID.randomUUID().toString();

        fromWebhook(SHELL.with("uuid", uuid).body()).statusCode(204).header("ce-type", nullValue());

        JsonNode posted = broker.events("falco.rule.output.v1").getFirst();
        assertThat(posted.path("id").asText()).isEqualTo(uuid);
        assertThat(posted.path("rule").asText()).isEqualTo("Terminal shell in container");
        assertThat(posted.at("/data/output_fields/k8s.pod.name").asText()).isEqualTo("web-7c5ddbdf54-x2v8k");
    }

    /** Falcosidekick does not repeat: a broker that restarts must not cost an alert. */
    @Test
    void aShortOutageOfTheBrokerIsBridged() {
        broker.answersOnce(503);

        fromWebhook(SHELL.body()).statusCode(204);

        assertThat(broker.refused()).isEqualTo(1);
        assertThat(broker.events("falco.rule.output.v1")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 404, 429})
    void whatTheBrokerHasNotTakenIsNotConfirmed(int status) {
        broker.answers(status);

        fromWebhook(SHELL.body())
                .statusCode(503)
                .header("Retry-After", not(nullValue()))
                .body("reason", equalTo("unavailable"));
    }

    @Test
    void whatTheBrokerWillNeverTakeIsSaid() {
        broker.answers(400);

        fromWebhook(SHELL.body()).statusCode(422).body("reason", equalTo("forbidden"));
    }

    @Test
    void withoutABrokerWebhooksAreRefusedAndItIsNotReady() {
        try (FunctionProcess deaf = start(Map.of("K_SINK", ""))) {
            fromWebhook(deaf, SHELL.body()).statusCode(503).body("detail", containsString("K_SINK is not set"));
            deaf.awaitNotReady("K_SINK is not set");
        }
    }

    @Test
    void anAlertFromTheBrokerIsNotPostedThereAgain() {
        Send.request(function.uri())
                .header("Authorization", "Bearer " + TOKEN)
                .headers(SHELL.withHeader("ce-knativearrivaltime", "2026-11-23T12:00:00Z")
                        .headers())
                .body(SHELL.body().getBytes(StandardCharsets.UTF_8))
                .post()
                .then()
                .statusCode(400)
                .body("detail", containsString("loop"));
        assertThat(broker.drain()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"rule\":1}", "{\"priority\":\"Notice\"}", "\u0000"})
    void whatIsNoAlertIsRefused(String body) {
        assertThat(fromKafka(body, "partition:0/offset:1").statusCode()).isEqualTo(400);
        fromWebhook(body).statusCode(400);
        assertThat(broker.drain()).isEmpty();
    }

    /** Falcosidekick sends our notifications to all of its outputs: they end here. */
    @Test
    void aNotificationIsNotPassedOn() {
        String notification =
                SHELL.with("rule", "Falco response: delete-pod acted").body();

        assertThat(fromKafka(notification, "partition:0/offset:1").statusCode()).isEqualTo(204);
        fromWebhook(notification).statusCode(204);
        assertThat(broker.drain()).isEmpty();
    }

    @Test
    void priorityAndRulesCanBeLimited() {
        try (FunctionProcess limited = start(Map.of("RESPONSE_MIN_PRIORITY", "critical"))) {
            fromWebhook(limited, SHELL.body()).statusCode(204);
            assertThat(broker.drain()).isEmpty();
            assertThat(limited.records().getFirst()).contains("\"outcome\":\"denied\"", "\"reason\":\"priority\"");
        }
    }

    @Test
    void dryRunDoesNotHoldAlertsBack() {
        try (FunctionProcess dry = start(Map.of("RESPONSE_DRY_RUN", "true"))) {
            fromWebhook(dry, SHELL.body()).statusCode(204);
            assertThat(broker.events("falco.rule.output.v1")).hasSize(1);
            assertThat(dry.records().getFirst()).contains("\"reason\":\"ingested\"", "\"dryRun\":false");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer wrong", "Basic czNjcmV0LXRva2Vu"})
    void aWebhookMustKnowTheToken(String authorization) {
        Send.request(function.uri())
                .header("Content-Type", "application/json")
                .headers(authorization.isEmpty() ? Map.of() : Map.of("Authorization", authorization))
                .body(SHELL.body().getBytes(StandardCharsets.UTF_8))
                .post()
                .then()
                .statusCode(401);
        assertThat(broker.drain()).isEmpty();
    }

    /** The event of a KafkaSource needs no token, since it is only answered: nothing that claims to be one is posted. */
    @Test
    void theTypeOfAKafkaSourceInAHeaderOpensNoOtherForm() {
        for (String form : List.of("application/json", "application/cloudevents+json")) {
            Send.request(function.uri())
                    .header("Content-Type", form)
                    .header("ce-type", "dev.knative.kafka.event")
                    .header("ce-type", "falco.rule.output.v1")
                    .body(SHELL.structured().getBytes(StandardCharsets.UTF_8))
                    .post()
                    .then()
                    .statusCode(401);
        }
        Send.request(function.uri())
                .header("Content-Type", "application/cloudevents+json")
                .header("ce-type", "dev.knative.kafka.event")
                .body(SHELL.structured().getBytes(StandardCharsets.UTF_8))
                .post()
                .then()
                .statusCode(401);
        assertThat(broker.drain()).isEmpty();
    }

    /** Else whoever reaches it could send alerts through it, where the broker itself admits only some. */
    @Test
    void withoutATokenAskedForNothingIsPosted() {
        try (FunctionProcess open = start(Map.of("RESPONSE_TOKEN_FILE", ""))) {
            fromWebhook(open, SHELL.body()).statusCode(403).body("reason", equalTo("not-allowed"));
            assertThat(broker.drain()).isEmpty();
        }
    }

    @Test
    void theClusterThatASenderNamesIsKept() {
        Send.request(function.uri())
                .header("Authorization", "Bearer " + TOKEN)
                .headers(SHELL.withHeader("ce-cluster", "blue").headers())
                .body(SHELL.body().getBytes(StandardCharsets.UTF_8))
                .post()
                .then()
                .statusCode(204);

        assertThat(broker.events("falco.rule.output.v1")
                        .getFirst()
                        .path("cluster")
                        .asText())
                .isEqualTo("blue");
    }

    /** Jackson would guess them, and Falcosidekick writes UTF-8. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32"})
    void otherEncodingsAreRefused(String encoding) {
        asFalcosidekick(function)
                .body(SHELL.body().getBytes(Charset.forName(encoding)))
                .post()
                .then()
                .statusCode(400);
        assertThat(broker.drain()).isEmpty();
    }

    @Test
    void aTimeThatNoEventCanHaveIsLeftOut() {
        HttpResponse<byte[]> answer =
                fromKafka(SHELL.with("time", "+999999999-12-31T23:59:59Z").body(), "partition:0/offset:1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "ce-time")).isEmpty();
    }

    /** A rule's name may hold what a header may not. */
    @Test
    void controlCharactersInARuleBecomeSpaces() {
        HttpResponse<byte[]> answer =
                fromKafka(SHELL.with("rule", "Rule\twith a tab\r\nce-type: x").body(), "partition:0/offset:1");

        assertThat(header(answer, "ce-type")).isEqualTo("falco.rule.output.v1");
        assertThat(header(answer, "ce-rule")).isEqualTo("Rule with a tab  ce-type: x");
    }

    @Test
    void ruleNamesOfOtherLanguagesArriveAsTheyAre() {
        String rule = "Überwachung: контейнер";
        HttpResponse<byte[]> answer = fromKafka(SHELL.with("rule", rule).body(), "partition:0/offset:1");

        assertThat(header(answer, "ce-rule")).isEqualTo(rule);
    }
}
