package dev.falcoresponse.http;

import static dev.falcoresponse.http.Normalization.binary;
import static dev.falcoresponse.http.Normalization.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Reason;
import io.vertx.core.buffer.Buffer;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Binary CloudEvents and plain JSON become one binary CloudEvent with JSON data. */
final class CloudEventNormalizerTest {
    private static final String DATA = "{\"rule\" : 1.10, \"x\": 1e400}";

    @Test
    void aBinaryEventPassesWithItsAttributesAndItsBytes() {
        Normalization event = binary().header("ce-time", "2026-11-26T07:00:00.123456789Z")
                .header("ce-subject", "shop/web-0")
                .header("Ce-Priority", "Notice")
                .pass(DATA);

        assertThat(event.body()).isEqualTo(DATA);
        assertThat(event.header("ce-id")).contains("ce-1");
        assertThat(event.header("ce-type")).contains("falco.rule.output.v1");
        assertThat(event.header("ce-source")).contains("https://falco.org");
        assertThat(event.header("ce-specversion")).contains("1.0");
        assertThat(event.header("ce-time")).contains("2026-11-26T07:00:00.123456789Z");
        assertThat(event.header("ce-subject")).contains("shop/web-0");
        assertThat(event.header("ce-priority")).contains("Notice");
    }

    @Test
    void nothingIsAddedToABinaryEvent() {
        assertThat(binary().pass(DATA).headerNames())
                .containsExactlyInAnyOrder("content-type", "ce-id", "ce-source", "ce-specversion", "ce-type");
    }

    @Test
    void plainJsonBecomesFalcosEvent() {
        Normalization event = request()
                .header("Content-Type", "application/json; charset=utf-8")
                .pass(DATA);

        assertThat(event.body()).isEqualTo(DATA);
        assertThat(event.header("ce-type")).contains("falco.rule.output.v1");
        assertThat(event.header("ce-source")).contains("https://falco.org");
        assertThat(event.header("ce-specversion")).contains("1.0");
        assertThat(event.header("content-type")).contains("application/json");
    }

    @Test
    void theSamePlainJsonHasTheSameIdOnEveryDelivery() {
        String first = request()
                .header("Content-Type", "application/json")
                .pass(DATA)
                .header("ce-id")
                .orElseThrow();

        assertThat(request()
                        .header("Content-Type", "application/json")
                        .pass(DATA)
                        .header("ce-id"))
                .contains(first);
        assertThat(request()
                        .header("Content-Type", "application/json")
                        .pass("{}")
                        .header("ce-id")
                        .orElseThrow())
                .isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "ce", "CE", "ce-", "ce-a-b", "ce-a_b", "Ce-DataContentType"})
    void aHeaderThatFunqyCouldMisreadIsDropped(String name) {
        Normalization event = binary().header(name, "x").pass(DATA);

        assertThat(event.header(name)).isEmpty();
    }

    @Test
    void otherHeadersStay() {
        Normalization event = binary().header("cef", "x")
                .header("Kn-Namespace", "falco-response")
                .pass(DATA);

        assertThat(event.header("cef")).contains("x");
        assertThat(event.header("kn-namespace")).contains("falco-response");
    }

    @Test
    void everyJsonTypeIsPassedOnAsJson() {
        Normalization event = binary().without("Content-Type")
                .header("Content-Type", "Application/VND.x+JSON; charset=\"utf-8\"")
                .pass(DATA);

        assertThat(event.header("content-type")).contains("application/json");
    }

    @Test
    void textsInHeadersPassAsUtf8() {
        String onTheWire = new String("Règle – 日本 🐙".getBytes(UTF_8), ISO_8859_1);

        assertThat(binary().header("ce-rule", onTheWire).pass(DATA).header("ce-rule"))
                .contains(onTheWire);
    }

    @Test
    void aTimeOnTheFullMinuteCanStillBeRead() {
        String time = binary().header("ce-time", "2026-11-26T07:00:00Z")
                .pass(DATA)
                .header("ce-time")
                .orElseThrow();

        assertThat(OffsetDateTime.parse(time)).isEqualTo("2026-11-26T07:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-id", "ce-Rule", "ce-type", "ce-time"})
    void anAttributeThatIsGivenTwiceIsRefused(String name) {
        Rejected rejected = binary().without(name)
                .header(name, "2026-11-26T07:00:00Z")
                .header(name.toUpperCase(Locale.ROOT), "2026-11-26T07:00:00Z")
                .refuse(DATA);

        assertThat(rejected.status()).isEqualTo(400);
        assertThat(rejected.message()).isEqualTo("The header " + name.toLowerCase(Locale.ROOT) + " is given twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-id", "ce-source", "ce-type"})
    void anEventWithoutARequiredAttributeIsRefused(String name) {
        Rejected rejected = binary().without(name).refuse(DATA);

        assertThat(rejected.reason()).isEqualTo(Reason.UNREADABLE);
        assertThat(rejected.message()).contains("is not complete");
    }

    @ParameterizedTest
    @CsvSource({
        "ce-specversion,0.3,specversion is not 1.0",
        "ce-specversion,'',specversion is not 1.0",
        "ce-id,'',id is empty",
        "ce-id,'  ',id is empty",
        "ce-type,'',type is empty",
        "ce-source,'',source",
        "ce-source,:://,source has no valid value"
    })
    void aWrongAttributeIsRefusedByItsName(String name, String value, String why) {
        Rejected rejected = binary().without(name).header(name, value).refuse(DATA);

        assertThat(rejected.status()).isEqualTo(400);
        assertThat(rejected.message()).contains(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "", "2026-11-26", "1795676400"})
    void aTimeThatIsNoneIsRefused(String time) {
        assertThat(binary().header("ce-time", time).refuse(DATA).message()).isEqualTo("time has no valid value");
    }

    @Test
    void anIdThatIsLongerThanAnyRealOneIsRefused() {
        assertThat(binary().without("ce-id")
                        .header("ce-id", "x".repeat(1025))
                        .refuse(DATA)
                        .message())
                .contains("longer than 1024");
    }

    @Test
    void anEmptyBodyIsRefused() {
        assertThat(request()
                        .header("Content-Type", "application/json")
                        .refuse("")
                        .message())
                .isEqualTo("The body is empty");
        assertThat(Normalization.structured().refuse(Buffer.buffer()).message()).isEqualTo("The body is empty");
    }

    @Test
    void aBodyOfAnotherTypeIsRefusedBeforeItIsRead() {
        Rejected rejected = request().header("Content-Type", "text/plain").refuse(DATA);

        assertThat(rejected.status()).isEqualTo(415);
        assertThat(rejected.reason()).isEqualTo(Reason.UNREADABLE);
    }
}
