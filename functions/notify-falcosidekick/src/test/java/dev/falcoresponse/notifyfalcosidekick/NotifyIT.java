package dev.falcoresponse.notifyfalcosidekick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.testing.FakeFalcosidekick;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** People are told once about each reply and each dead letter, and no notification comes back as an alert. */
class NotifyIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final KubeAccess NOWHERE = new KubeAccess("http://127.0.0.1:1", "", "token");
    private static final RecordedAlert SHELL = RecordedAlert.named("terminal-shell-in-container-pod");

    private static final FakeFalcosidekick falcosidekick = FakeFalcosidekick.start();
    private static final FunctionProcess function = start("false", falcosidekick.uri());

    private int recordsBefore;

    /** Of the alert: people are told about each event only once. */
    private final String eventId = UUID.randomUUID().toString();

    private static FunctionProcess start(String dryRun, URI url) {
        return FunctionProcess.start(
                ThisFunction.TARGET,
                NOWHERE,
                Map.of("RESPONSE_DRY_RUN", dryRun, "NOTIFY_FALCOSIDEKICK_URL", url.toString()));
    }

    @AfterAll
    static void stop() {
        function.close();
        falcosidekick.close();
    }

    @BeforeEach
    void forget() {
        falcosidekick.forget();
        recordsBefore = function.records().size();
    }

    private List<String> records() {
        List<String> all = function.records();
        return all.subList(recordsBefore, all.size());
    }

    private JsonPath onlyRecord() {
        assertThat(records()).hasSize(1);
        return JsonPath.from(records().getFirst());
    }

    @Test
    void itIsReadyWithoutAnApiServer() {
        function.awaitReady();
    }

    /** What a function replied, as the broker passes it on. */
    private RecordedAlert reply(String action, String outcome, String reason) {
        ObjectNode done = JSON.createObjectNode()
                .put("action", action)
                .put("outcome", outcome)
                .put("reason", reason)
                .put("message", "Deleted pod shop/web-0 (uid 5d0a) with 5 s of grace")
                .put("dryRun", false)
                .put("rule", "Terminal shell in container")
                .put("priority", "Notice")
                .put("source", "syscall")
                .put("hostname", "node-1")
                .put("eventId", eventId)
                .put("eventTime", "2026-11-23T12:00:00.123456789Z")
                .put("namespace", "shop")
                .put("pod", "web-0")
                .put("podUid", "5d0a")
                .put("node", "node-1")
                .putNull("container")
                .put("owner", "ReplicaSet/web")
                .put("finishedAt", "2026-11-23T12:00:00.5Z");
        done.putArray("tags").add("shell");
        done.putObject("details").put("location", "s3://evidence/shop/web-0/");
        Map<String, String> headers = new HashMap<>(Map.of(
                "ce-specversion", "1.0",
                "ce-id", eventId + "/" + action,
                "ce-source", "/falco-response/" + action,
                "ce-type", "falco.response." + action + ".v1",
                "content-type", "application/json"));
        return new RecordedAlert(headers, done.toString());
    }

    /** What a broker adds for its dead letter sink. */
    private RecordedAlert deadLetter(RecordedAlert alert, String code, String answer) {
        return alert.withHeader("ce-id", eventId + alert.headers().get("ce-id"))
                .withHeader("ce-knativeerrorcode", code)
                .withHeader("ce-knativeerrordest", "http://delete-pod.falco-response.svc.cluster.local")
                .withHeader(
                        "ce-knativeerrordata",
                        Base64.getEncoder().encodeToString(answer.getBytes(StandardCharsets.UTF_8)));
    }

    private ValidatableResponse send(RecordedAlert event) {
        return Send.BINARY.to(function.uri(), event).then();
    }

    @ParameterizedTest
    @CsvSource({
        "delete-pod,      acted,     deleted, Warning",
        "isolate-network, previewed, dry-run, Notice",
        "delete-pod,      denied,    exempt,  Notice",
        "snapshot-logs,   skipped,   host,    Informational"
    })
    void aReplyIsTold(String action, String outcome, String reason, String priority) {
        send(reply(action, outcome, reason)).statusCode(204).header("ce-type", nullValue());

        assertThat(falcosidekick.events()).hasSize(1);
        JsonNode told = falcosidekick.events().getFirst();
        assertThat(told.path("rule").asText()).isEqualTo("Falco response: " + action + " " + outcome);
        assertThat(told.path("priority").asText()).isEqualTo(priority);
        assertThat(told.path("source").asText()).isEqualTo("falco-response");
        assertThat(told.path("time").asText()).isEqualTo("2026-11-23T12:00:00.500Z");
        assertThat(told.path("hostname").asText()).isEqualTo("node-1");
        assertThat(told.path("output").asText()).contains("Deleted pod shop/web-0", "Terminal shell in container");
        assertThat(told.path("tags")).extracting(JsonNode::asText).contains("falco-response", "shell", action, outcome);
        JsonNode fields = told.path("output_fields");
        assertThat(fields.path("response.reason").asText()).isEqualTo(reason);
        assertThat(fields.path("response.dry_run").asText()).isEqualTo("false");
        assertThat(fields.path("k8s.ns.name").asText()).isEqualTo("shop");
        assertThat(fields.path("k8s.pod.name").asText()).isEqualTo("web-0");
        assertThat(fields.path("response.details").asText()).contains("s3://evidence");
        assertThat(fields.has("container.name")).isFalse();
        JsonPath record = onlyRecord();
        assertThat(record.getString("outcome")).isEqualTo("acted");
        assertThat(record.getString("reason")).isEqualTo("notified");
        assertThat(record.getString("rule")).isEqualTo("Terminal shell in container");
        assertThat(record.getString("eventId")).isEqualTo(eventId);
        assertThat(record.getString("namespace")).isEqualTo("shop");
        assertThat(record.getString("pod")).isEqualTo("web-0");
    }

    @Test
    void aReplyToSomeonesRequestIsTold() {
        String body = reply("isolate-network", "acted", "released")
                .body()
                .replace("\"rule\":\"Terminal shell in container\"", "\"rule\":null");

        send(reply("isolate-network", "acted", "released").withBody(body)).statusCode(204);

        JsonNode told = falcosidekick.events().getFirst();
        assertThat(told.path("rule").asText()).isEqualTo("Falco response: isolate-network acted");
        assertThat(told.path("output").asText()).endsWith("(isolate-network acted)");
    }

    @Test
    void aStructuredReplyIsToldToo() {
        Send.STRUCTURED
                .to(function.uri(), reply("delete-pod", "acted", "deleted"))
                .then()
                .statusCode(204);

        assertThat(falcosidekick.events()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLAIN")
    void anAlertThatNobodyCouldAnswerIsTold(Send form) {
        form.to(
                        function.uri(),
                        deadLetter(
                                SHELL, "422", "{\"status\":422,\"detail\":\"May not delete pods in namespace shop\"}"))
                .then()
                .statusCode(204);

        JsonNode told = falcosidekick.events().getFirst();
        assertThat(told.path("rule").asText()).isEqualTo("Falco response: undelivered");
        assertThat(told.path("priority").asText()).isEqualTo("Critical");
        assertThat(told.path("output").asText())
                .contains("Terminal shell in container", "422", "May not delete pods in namespace shop");
        JsonNode fields = told.path("output_fields");
        assertThat(fields.path("knativeerrorcode").asText()).isEqualTo("422");
        assertThat(fields.path("knativeerrordest").asText()).contains("delete-pod");
        assertThat(fields.path("k8s.pod.name").asText()).isNotEmpty();
    }

    @Test
    void evenWhatNobodyCanReadIsTold() {
        RecordedAlert half = SHELL.withBody(SHELL.body().substring(0, 100));

        send(deadLetter(half, "400", "{\"detail\":\"The body is no JSON\"}")).statusCode(204);
        assertThat(onlyRecord().getString("rule")).isEqualTo("Terminal shell in container");
        assertThat(onlyRecord().getString("details.data")).isEqualTo(half.body());

        assertThat(falcosidekick.events().getFirst().path("output").asText())
                .contains("Terminal shell in container", "The body is no JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"falco.response.isolate-network.undo.v1", "dev.knative.sources.ping", "something.else"})
    void aDeadLetterOfAnyKindIsTold(String type) {
        send(deadLetter(SHELL.withHeader("ce-type", type).withBody("{}"), "503", "not a problem"))
                .statusCode(204);

        assertThat(falcosidekick
                        .events()
                        .getFirst()
                        .path("output_fields")
                        .path("response.event_type")
                        .asText())
                .isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, 2026-11-26T06:00:00Z, not JSON at all",
        "application/json, yesterday, {}",
        "application/json, 2026-11-26T06:00:00Z, ''",
        "application/cloudevents+json, 2026-11-26T06:00:00Z, '{\"half'",
        "application/xml, 2026-11-26T06:00:00Z, ''"
    })
    void whatCannotBeReadIsToldWithWhatIsKnown(String contentType, String time, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(function.uri())
                .headers("ce-specversion", "1.0", "ce-id", eventId, "ce-source", "/other", "ce-type", "other")
                .headers("ce-time", time, "ce-rule", "Some rule", "Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
        }

        JsonNode told = falcosidekick.events().getFirst();
        assertThat(told.path("rule").asText()).isEqualTo("Falco response: undelivered");
        assertThat(told.path("output").asText()).contains("Some rule");
        assertThat(told.path("output_fields").path("response.data").asText()).isEqualTo(body.isEmpty() ? "null" : body);
    }

    /** Over the limit: with its length announced, and without. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofWhatIsTooLargeTheAttributesAndTheFirstKibibyteAreTold(boolean announced) throws Exception {
        byte[] body = "x".repeat(3 * 1024 * 1024).getBytes(StandardCharsets.UTF_8);
        HttpRequest.BodyPublisher publisher = announced
                ? HttpRequest.BodyPublishers.ofByteArray(body)
                : HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
        HttpRequest request = HttpRequest.newBuilder(function.uri())
                .headers("ce-specversion", "1.0", "ce-id", eventId, "ce-source", "/other", "ce-type", "other")
                .headers("ce-rule", "Some rule", "Content-Type", "application/json")
                .POST(publisher)
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
        }

        JsonNode told = falcosidekick.events().getFirst();
        assertThat(told.path("output").asText()).contains("Some rule", eventId);
        assertThat(told.path("output_fields").path("response.data").asText()).isEqualTo("x".repeat(1024));
    }

    @Test
    void whatItSaidItselfIsRefused() {
        RecordedAlert own = reply("notify-falcosidekick", "acted", "notified");
        RecordedAlert told = SHELL.with("rule", "Falco response: delete-pod acted");
        List<RecordedAlert> refused = List.of(
                own,
                deadLetter(own, "503", ""),
                told,
                deadLetter(told, "400", ""),
                deadLetter(SHELL.withHeader("ce-eventsource", "falco-response").withBody("half"), "400", ""));

        refused.forEach(event -> send(event).statusCode(400).body("outcome", equalTo("rejected")));

        assertThat(falcosidekick.events()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"408, 503", "429, 503", "500, 503", "400, 422", "401, 422", "404, 422", "302, 422"})
    void whatFalcosidekickDoesNotTakeIsRepeatedWhereThatHelps(int status, int answer) {
        falcosidekick.answers(status);

        send(deadLetter(SHELL, "422", "no"))
                .statusCode(answer)
                .body(
                        "reason", equalTo(answer == 503 ? "unavailable" : "forbidden"),
                        "detail", containsString("answered " + status));

        assertThat(records().getFirst())
                .as("the alert itself is in the log meanwhile")
                .contains("\"outcome\":\"failed\"", "\"data\":");
        falcosidekick.answers(200);
        send(deadLetter(SHELL, "422", "no")).statusCode(204);
        assertThat(falcosidekick.events()).hasSize(1);
    }

    @Test
    void howLongItWantsToBeLeftAloneIsPassedOn() {
        falcosidekick.answers(429);

        send(deadLetter(SHELL, "422", "no")).statusCode(503).header("Retry-After", "7");
    }

    @Test
    void anAnswerThatNeverEndsHoldsNobodyUp() {
        falcosidekick.neverEnds();

        send(reply("delete-pod", "acted", "deleted")).statusCode(204);
    }

    @Test
    void aReplyThatIsToldLateIsNoDeadLetter() {
        send(deadLetter(reply("delete-pod", "acted", "deleted"), "503", "")
                        .withHeader(
                                "ce-knativeerrordest", "http://notify-falcosidekick.falco-response.svc.cluster.local"))
                .statusCode(204);

        assertThat(falcosidekick.events().getFirst().path("rule").asText())
                .isEqualTo("Falco response: delete-pod acted");
    }

    @Test
    void aReplyThatAnotherFunctionRefusedIsADeadLetterAboutItsPod() {
        send(deadLetter(
                        reply("snapshot-logs", "acted", "captured"),
                        "400",
                        "{\"detail\":\"The evidence is not complete\"}"))
                .statusCode(204);

        JsonNode told = falcosidekick.events().getFirst();
        assertThat(told.path("rule").asText()).isEqualTo("Falco response: undelivered");
        assertThat(told.at("/output_fields/k8s.pod.name").asText()).isEqualTo("web-0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "failed", "rejected", "Acted"})
    void aReplyWithAnOutcomeThatNoReplyHasIsADeadLetter(String outcome) {
        send(reply("delete-pod", outcome, "deleted")).statusCode(204);

        assertThat(falcosidekick.events().getFirst().path("rule").asText()).isEqualTo("Falco response: undelivered");
    }

    /** A Trigger's timeout and a refused connection in Kafka's broker leave no marks. */
    @Test
    void aDeadLetterWithoutMarksIsTold() {
        send(SHELL.withHeader("ce-id", eventId)).statusCode(204);

        assertThat(falcosidekick.events().getFirst().path("output").asText())
                .contains("No answer to \"Terminal shell in container\"", "does not say why");
    }

    @Test
    void anAnswerThatCouldNotBeHandedOnIsNotCalledNoAnswer() {
        send(deadLetter(SHELL, "500", "")
                        .withHeader(
                                "ce-knativeerrordest",
                                "http://broker-ingress.knative-eventing.svc.cluster.local/falco-response/default"))
                .statusCode(204);

        assertThat(falcosidekick.events().getFirst().path("output").asText())
                .contains("was answered, but the answer could not be handed on");
    }

    @Test
    void eachEventIsToldOnce() {
        send(SHELL.withHeader("ce-id", eventId)).statusCode(204);
        send(deadLetter(SHELL, "500", "").withHeader("ce-id", eventId)).statusCode(204);

        assertThat(falcosidekick.events()).hasSize(1);
        assertThat(JsonPath.from(records().getLast()).getString("reason")).isEqualTo("already-done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"undoneBy\":\"hand\","})
    void aChangeWhoseFirstAnswerWasLostIsToldByTheSecond(String undone) {
        RecordedAlert again = reply("delete-pod", "skipped", "recently-handled");
        RecordedAlert second = again.withBody(
                again.body()
                        .replace(
                                "\"location\":\"s3://evidence/shop/web-0/\"",
                                undone
                                        + "\"earlier\":{\"outcome\":\"acted\",\"reason\":\"deleted\",\"time\":\"2026-11-23T12:00:00Z\"}"));

        send(second).statusCode(204);
        send(second).statusCode(204);

        assertThat(falcosidekick.events()).hasSize(1);
        assertThat(falcosidekick.events().getFirst().path("rule").asText())
                .isEqualTo("Falco response: delete-pod acted");
    }

    @Test
    void withAWindowTheAnswersToOneAlertAreToldTogether() throws Exception {
        try (FunctionProcess collecting = FunctionProcess.start(
                        ThisFunction.TARGET,
                        NOWHERE,
                        Map.of(
                                "RESPONSE_DRY_RUN", "false",
                                "NOTIFY_FALCOSIDEKICK_URL", falcosidekick.uri().toString(),
                                "NOTIFY_FALCOSIDEKICK_WINDOW", "8s"));
                ExecutorService broker = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = Stream.of(
                            reply("snapshot-logs", "acted", "captured"),
                            reply("isolate-network", "skipped", "recently-handled"),
                            reply("delete-pod", "acted", "deleted"))
                    .map(event -> broker.submit(
                            () -> Send.BINARY.to(collecting.uri(), event).statusCode()))
                    .toList();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(204);
            }

            assertThat(falcosidekick.events()).hasSize(1);
            JsonNode told = falcosidekick.events().getFirst();
            assertThat(told.path("rule").asText())
                    .startsWith("Falco response: ")
                    .contains("snapshot-logs acted", "delete-pod acted", "isolate-network skipped");
            assertThat(told.path("priority").asText()).isEqualTo("Warning");
            assertThat(told.at("/output_fields/response.reason").asText())
                    .contains("captured", "deleted", "recently-handled");
            assertThat(collecting.records())
                    .hasSize(3)
                    .allSatisfy(line -> assertThat(line).contains("\"outcome\":\"acted\"", "\"reason\":\"notified\""));
        }
    }

    @Test
    void aLongMessageIsCut() {
        send(reply("delete-pod", "acted", "deleted").with("message", "x".repeat(100_000)))
                .statusCode(204);

        assertThat(falcosidekick.events().getFirst().path("output").asText()).hasSizeLessThan(700);
    }

    @Test
    void withoutFalcosidekickTheBrokerRepeats() {
        RecordedAlert reply = reply("delete-pod", "acted", "deleted");
        for (String dryRun : List.of("false", "true")) {
            try (FunctionProcess alone = start(dryRun, URI.create("http://127.0.0.1:1"))) {
                Send.BINARY
                        .to(alone.uri(), reply)
                        .then()
                        .statusCode(503)
                        .body("reason", equalTo("unavailable"), "detail", containsString("cannot be reached"));
            }
        }
    }

    @Test
    void aPreviewTellsNobody() {
        try (FunctionProcess previewing = start("true", falcosidekick.uri())) {
            Send.BINARY
                    .to(previewing.uri(), reply("delete-pod", "acted", "deleted"))
                    .then()
                    .statusCode(204);

            assertThat(previewing.records())
                    .singleElement()
                    .asString()
                    .contains("\"outcome\":\"previewed\"", "delete-pod acted");
        }

        assertThat(falcosidekick.events()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"falcosidekick:2801", "ftp://falcosidekick/", "http://", "http://x/?a=b", "http://x y/"})
    void anAddressThatIsNoneStopsTheStart(String url) {
        String errors =
                FunctionProcess.failToStart(ThisFunction.TARGET, NOWHERE, Map.of("NOTIFY_FALCOSIDEKICK_URL", url));

        assertThat(errors).contains("NOTIFY_FALCOSIDEKICK_URL is \"" + url + "\"");
    }

    @Test
    void aHostileReplyIsOneLineOfText() {
        String hostile = "\u001b[2J<script>\r\nfake";

        send(reply("delete-pod", "acted", "deleted").with("message", hostile).with("pod", hostile))
                .statusCode(204);

        assertThat(falcosidekick.events()).hasSize(1);
        assertThat(records()).hasSize(1).allSatisfy(line -> assertThat(line).doesNotContain("\u001b"));
    }
}
