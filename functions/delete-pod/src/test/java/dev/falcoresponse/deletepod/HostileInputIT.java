package dev.falcoresponse.deletepod;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.RecordedAlert;
import dev.falcoresponse.testing.Send;
import dev.falcoresponse.testing.ThisFunction;
import dev.falcoresponse.testing.Waiting;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Input of an attacker. There is no API server: a request that led to a call would be answered with
 * 503, so that every other status proves that the API server was not called.
 */
class HostileInputIT {
    private static FunctionProcess function;
    private static final RecordedAlert SHELL = RecordedAlert.named("terminal-shell-in-container-pod");

    private int recorded;

    @BeforeAll
    static void start() {
        function = ThisFunction.acting(new KubeAccess("http://127.0.0.1:1", "", "token"), Map.of());
    }

    @AfterAll
    static void stop() {
        function.close();
    }

    private static RecordedAlert alert() {
        return SHELL.at(Instant.now());
    }

    private static Response post(String contentType, byte[] body) {
        return Send.request(function.uri())
                .header("Content-Type", contentType)
                .body(body)
                .post();
    }

    @BeforeEach
    void countRecords() {
        recorded = function.records().size();
    }

    /** A request that is refused before it is read is answered while its record is written. */
    private void awaitRecord() {
        Waiting.until(
                "the record", Duration.ofSeconds(30), () -> function.records().size() > recorded);
        recorded++;
    }

    private void isRejected(Response answer, int status) {
        answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("outcome", equalTo("rejected"))
                .body("detail", not(containsString("\n")));
        awaitRecord();
        JsonPath record = lastRecord();
        assertThat(record.getString("outcome")).isEqualTo("rejected");
        assertThat(record.getString("message")).isEqualTo(answer.jsonPath().getString("detail"));
    }

    private static JsonPath lastRecord() {
        List<String> records = function.records();
        // every line is one record in printable ASCII: no value can fake a line or move a cursor
        assertThat(records).allMatch(line -> line.matches("\\{[\\x20-\\x7e]*\\}"));
        return JsonPath.from(records.getLast());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[]",
                "null",
                "\"text\"",
                "12",
                "{} {}",
                "{\"rule\":\"a\",\"rule\":\"b\"}",
                "{\"rule\":1}",
                "{\"rule\":{}}",
                "{\"rule\":\"\"}",
                "{\"rule\":\"a\",\"time\":1e400}",
                "{\"rule\":\"a\",\"time\":123456789012345678901234567890}",
                "{\"rule\":\"a\",\"time\":\"yesterday\"}",
                "{\"rule\":\"a\",\"time\":\"+999999999-01-01T00:00:00Z0\"}",
                "{\"rule\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"output_fields\":[]}",
                "{\"rule\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"output_fields\":\"x\"}",
                "{\"rule\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"tags\":\"x\"}",
                "{\"rule\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"tags\":[1]}",
                "{\"rule\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"output_fields\":{\"k8s.pod.name\":7}}",
                "{\"rule\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"uuid\":[]}",
                "{\"rule\":\"a\u0000",
                "\uFEFF\uFEFF{}"
            })
    void whatIsNoAlertIsRejectedInEveryForm(String body) {
        isRejected(post("application/json", body.getBytes(UTF_8)), 400);
        isRejected(Send.BINARY.to(function.uri(), alert().withBody(body)), 400);
        isRejected(post("application/cloudevents+json", body.getBytes(UTF_8)), 400);
    }

    @Test
    void bytesThatAreNoUtf8AreRejected() {
        isRejected(post("application/json", new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'}), 400);
        isRejected(post("application/json", "{\"rule\":\"é\"}".getBytes(ISO_8859_1)), 400);
    }

    @Test
    void deepNestingIsRejected() {
        String deep = "{\"rule\":\"a\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        isRejected(post("application/json", deep.getBytes(UTF_8)), 400);
    }

    @Test
    void aBodyOverTheLimitIsRejected() {
        byte[] big = alert().with("output", "x".repeat(1024 * 1024)).body().getBytes(UTF_8);
        isRejected(post("application/json", big), 413);
    }

    @Test
    void aBodyUnderTheLimitIsRead() {
        RecordedAlert big = alert().with("output", "x".repeat(1000 * 1024));
        Send.PLAIN.to(function.uri(), big).then().statusCode(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"specversion", "id", "source", "type"})
    void aMissingAttributeIsRejected(String name) {
        RecordedAlert empty = alert().withHeader("ce-" + name, "");
        isRejected(Send.BINARY.to(function.uri(), empty), 400);
        isRejected(Send.STRUCTURED.to(function.uri(), empty), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.example.other", "falco.rule.output.v2", "falco.response.v1", "falco.response.A.v1"})
    void anUnknownTypeIsRejected(String type) {
        RecordedAlert other = alert().withHeader("ce-type", type);
        isRejected(Send.BINARY.to(function.uri(), other), 400);
        isRejected(Send.STRUCTURED.to(function.uri(), other), 400);
    }

    @Test
    void anotherVersionOfCloudEventsIsRejected() {
        isRejected(Send.BINARY.to(function.uri(), alert().withHeader("ce-specversion", "0.3")), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/cloudevents-batch+json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x"
            })
    void anotherMediaTypeIsRejected(String type) {
        isRejected(post(type, alert().body().getBytes(UTF_8)), 415);
        isRejected(Send.BINARY.to(function.uri(), alert().withHeader("content-type", type)), 415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void anotherMethodIsRejected(String method) {
        RestAssured.given()
                .headers(alert().headers())
                .request(method, function.uri())
                .then()
                .statusCode(405)
                .header("Allow", "POST");
        awaitRecord();
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete-pod", "/delete-pod?x=1", "foo", "/%2e%2e/", "q/dev", "_/x", "_/../", "q/../"})
    void noOtherPathActs(String path) {
        URI other = URI.create(function.uri() + path);
        int before = function.records().size();

        int status = RestAssured.given()
                .urlEncodingEnabled(false)
                .headers(alert().headers())
                .body(alert().body().getBytes(UTF_8))
                .post(other)
                .statusCode();

        assertThat(status).isBetween(400, 499);
        assertThat(function.records()).hasSizeLessThanOrEqualTo(before + 1);
    }

    static List<String> hostileTexts() {
        return List.of(
                "../../kube-system",
                "..%2f..%2fsecrets",
                "web?fieldSelector=x",
                "web#x",
                "web/eviction",
                "web\r\nce-outcome: acted",
                "$(reboot)",
                "`id`;|&",
                "%s%n%x{jndi:ldap://x}${jndi:ldap://x}",
                "<script>alert(1)</script>",
                "\u001b[2J\u001b]0;owned\u0007",
                "\u0000",
                "\u2028\u2029\u0085",
                "\u202Egnp.exe",
                "\uD83D\uDE00 ünïcödé",
                "WEB",
                "-web",
                "x".repeat(254));
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void aNameThatNoPodCanHaveReachesNoUrl(String text) {
        RecordedAlert asPod = alert().about("shop", text);
        RecordedAlert asNamespace = alert().about(text, "web-0");
        for (RecordedAlert alert : List.of(asPod, asNamespace)) {
            for (Send form : Send.values()) {
                form.to(function.uri(), alert).then().statusCode(200).body("reason", equalTo("no-pod"));
                lastRecord();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void anyOtherTextIsDataAndNothingElse(String text) {
        RecordedAlert hostile = alert().with("rule", "Rule " + text)
                .with("priority", text)
                .with("hostname", text)
                .with("uuid", "id " + text)
                .withField("k8s.pod.name", "-")
                .withField("container.name", text);

        Response answer = Send.BINARY.to(function.uri(), hostile);

        answer.then().statusCode(200).body("reason", equalTo("no-pod"), "rule", equalTo(("Rule " + text).strip()));
        assertThat(answer.headers().getValues("ce-outcome")).containsExactly("skipped");
        assertThat(answer.headers().asList())
                .allSatisfy(header -> assertThat(header.getValue()).doesNotContainPattern("[\\x00-\\x1f]"));
        assertThat(lastRecord().getString("rule")).isEqualTo(("Rule " + text).strip());
    }

    @Test
    void halfACharacterDoesNoHarm() {
        String body = alert().body().replace("Terminal shell in container\"", "Terminal \\ud83d shell\"");

        Send.BINARY
                .to(function.uri(), alert().withBody(body).withField("k8s.pod.name", "-"))
                .then()
                .statusCode(200)
                .body("rule", containsString("Terminal"));
        lastRecord();
    }

    @ParameterizedTest
    @EnumSource(Send.class)
    void aTextThatNoAlertHasIsRejected(Send form) {
        isRejected(form.to(function.uri(), alert().with("rule", "x".repeat(64 * 1024))), 400);
    }

    @Test
    void twoIdsAreRejected() {
        isRejected(
                Send.request(function.uri())
                        .headers(alert().headers())
                        .header("ce-id", "another")
                        .body(alert().body().getBytes(UTF_8))
                        .post(),
                400);
    }

    @Test
    void anEncodedBodyIsRejected() {
        isRejected(
                Send.request(function.uri())
                        .headers(alert().headers())
                        .header("Content-Encoding", "zstd")
                        .body(alert().body().getBytes(UTF_8))
                        .post(),
                415);
    }

    @Test
    void halfARequestHurtsNobody() throws IOException {
        try (Socket socket = new Socket(function.uri().getHost(), function.uri().getPort())) {
            socket.getOutputStream().write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{".getBytes(UTF_8));
        }
        assertThat(function.status("_/health")).isEqualTo(200);
    }
}
