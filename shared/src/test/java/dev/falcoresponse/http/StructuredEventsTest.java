package dev.falcoresponse.http;

import static dev.falcoresponse.http.Normalization.structured;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Outcome.Rejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CloudEvents as one JSON document become binary ones. */
final class StructuredEventsTest {
    private static final String REQUIRED =
            "\"specversion\":\"1.0\",\"id\":\"ce-1\",\"source\":\"/test\",\"type\":\"falco.rule.output.v1\"";

    private static String event(String members) {
        return "{" + REQUIRED + (members.isEmpty() ? "" : "," + members) + "}";
    }

    private static Normalization pass(String members) {
        return structured().pass(event(members));
    }

    private static Rejected refuse(String body) {
        return structured().refuse(body);
    }

    @Test
    void attributesBecomeHeadersAndDataTheBody() {
        Normalization event = pass("\"time\":\"2026-11-26T07:00:00.5Z\",\"rule\":\"Règle\",\"data\":{\"rule\":\"r\"}");

        assertThat(event.header("ce-id")).contains("ce-1");
        assertThat(event.header("ce-type")).contains("falco.rule.output.v1");
        assertThat(event.header("ce-time")).contains("2026-11-26T07:00:00.500Z");
        assertThat(HeaderText.decode(event.header("ce-rule").orElseThrow())).isEqualTo("Règle");
        assertThat(event.header("content-type")).contains("application/json");
        assertThat(event.body()).isEqualTo("{\"rule\":\"r\"}");
    }

    @Test
    void onlyWhatIsGivenBecomesAHeader() {
        assertThat(pass("\"subject\":null,\"time\":null,\"rule\":null,\"data\":{}")
                        .headerNames())
                .containsExactlyInAnyOrder("content-type", "ce-id", "ce-source", "ce-specversion", "ce-type");
    }

    @Test
    void headersOfAnotherEventAreDropped() {
        Normalization event = structured()
                .header("ce-id", "other")
                .header("ce-cluster", "other")
                .pass(event("\"data\":{}"));

        assertThat(event.header("ce-id")).contains("ce-1");
        assertThat(event.header("ce-cluster")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"data\":null", "\"data_base64\":\"\""})
    void withoutDataTheBodyIsNull(String members) {
        assertThat(pass(members).body()).isEqualTo("null");
    }

    @Test
    void dataInBase64IsDecoded() {
        assertThat(pass("\"data_base64\":\"eyJydWxlIjoiciJ9\"").body()).isEqualTo("{\"rule\":\"r\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"data_base64\":\"***\"", "\"data_base64\":\"e\"", "\"data\":{},\"data_base64\":\"e30=\""})
    void dataThatCannotBeReadIsRefused(String members) {
        assertThat(refuse(event(members)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"18446744073709551615,18446744073709551615", "1e400,1E+400", "1795676400123456789,1795676400123456789"})
    void numbersKeepTheirValue(String written, String passedOn) {
        assertThat(pass("\"data\":" + written).body()).isEqualTo(passedOn);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json; charset=utf-8",
                "text/json",
                "application/vnd.x+json",
                "APPLICATION/X+JSON;a=b;c=d",
                ""
            })
    void dataOfAnyJsonTypeIsTaken(String type) {
        assertThat(pass("\"datacontenttype\":\"" + type + "\",\"data\":[1]").body())
                .isEqualTo("[1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/xml", "json", "application/jsonlines", "application/cloudevents+json"
            })
    void dataOfAnotherTypeIsRefused(String type) {
        Rejected rejected = refuse(event("\"datacontenttype\":\"" + type + "\",\"data\":\"x\""));

        assertThat(rejected.status()).isEqualTo(415);
        assertThat(rejected.message()).isEqualTo("The event's data is no JSON");
    }

    @Test
    void aHostileContentTypeIsAnsweredAtOnce() {
        String type = "application/json" + ";".repeat(16_000) + "\\n";

        assertThat(refuse(event("\"datacontenttype\":\"" + type + "\",\"data\":{}"))
                        .message())
                .isEqualTo("datacontenttype is not a text of at most 1024 characters");
        assertThat(MediaType.isJson("application/json" + ";".repeat(16_000) + "\n"))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "[]                                                                 | The body is not a JSON object",
                "null                                                               | The body is not a JSON object",
                "\"x\"                                                              | The body is not a JSON object",
                "{\"specversion\":                                                  | line 1, column",
                "{\"id\":\"a\",\"id\":\"b\"}                                        | line 1, column",
                "{} {}                                                              | line 1, column",
                "{\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\"}                    | specversion",
                "{\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"t\"}         | id",
                "{\"specversion\":\"1.0\",\"id\":null,\"source\":\"/s\",\"type\":\"t\"} | id",
                "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/s\",\"type\":\"t\"} | id is empty",
                "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\" \"} | type is empty",
                "{\"specversion\":\"0.3\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\"} | specversion is not 1.0",
                "{\"specversion\":\"2.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\"} | no CloudEvent",
                "{\"specversion\":\"1.0\",\"id\":{},\"source\":\"/s\",\"type\":\"t\"} | id is not a text",
                "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\",\"time\":\"x\"} | no CloudEvent",
                "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\",\"x\":[]} | x is not a text",
                "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\",\"x\":1.5} | x is not a text",
                "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/s\",\"type\":\"t\",\"a_b\":\"x\"} | no CloudEvent"
            })
    void whatIsNoCloudEventIsRefusedInOneLine(String body, String why) {
        Rejected rejected = refuse(body);

        assertThat(rejected.status()).isEqualTo(400);
        assertThat(rejected.message()).contains(why).hasLineCount(1).hasSizeLessThan(300);
    }

    @Test
    void numbersAndFlagsMayBeExtensions() {
        Normalization event = pass("\"sequence\":7,\"sampled\":true");

        assertThat(event.header("ce-sequence")).contains("7");
        assertThat(event.header("ce-sampled")).contains("true");
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(refuse(event("\"data\":" + "[".repeat(100_000))).message()).contains("nesting depth");
    }

    @Test
    void controlCharactersBecomeSpacesInHeaders() {
        assertThat(pass("\"rule\":\"a\\r\\nX: b\"").header("ce-rule").orElse(""))
                .doesNotContain("\r", "\n");
    }
}
