package dev.falcoresponse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.pipeline.RefusedException;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of an event is told by its headers. */
final class MediaTypeTest {
    private static MultiMap type(String contentType) {
        return MultiMap.caseInsensitiveMultiMap().add("Content-Type", contentType);
    }

    private static void assertUnsupported(MultiMap headers) {
        assertThatThrownBy(() -> MediaType.of(headers))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(((Rejected) e.outcome()).status()).isEqualTo(415));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/JSON",
                "application/json; charset=utf-8",
                "application/json;charset=UTF-8;x=\"a;b\"",
                " application/json ",
                "application/json ; a"
            })
    void jsonAloneIsFalcos(String contentType) {
        assertThat(MediaType.of(type(contentType))).isEqualTo(MediaType.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "Application/X+JSON; v=1", "text/json", "application/vnd.falco.v1+json"})
    void jsonWithAttributesIsBinary(String contentType) {
        assertThat(MediaType.of(type(contentType).add("Ce-Id", "1"))).isEqualTo(MediaType.BINARY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ce-specversion", "CE-ID", "ce-source", "Ce-Type", "ce-rule", "CE-Cluster"})
    void oneAttributeMakesAnEventBinary(String header) {
        assertThat(MediaType.of(MultiMap.caseInsensitiveMultiMap().add(header, "x")))
                .isEqualTo(MediaType.BINARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "Application/CloudEvents+JSON",
                "application/cloudevents+json; charset=utf-8"
            })
    void aWholeEventIsStructuredWhateverTheOtherHeadersSay(String contentType) {
        assertThat(MediaType.of(type(contentType))).isEqualTo(MediaType.STRUCTURED);
        assertThat(MediaType.of(type(contentType).add("ce-id", "1"))).isEqualTo(MediaType.STRUCTURED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain",
                "text/json",
                "application/x+json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonlines",
                "application/cloudevents-batch+json",
                "application/cloudevents+xml",
                ";application/json"
            })
    void withoutAttributesOnlyJsonIsTaken(String contentType) {
        assertUnsupported(type(contentType));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/cloudevents-batch+json",
                "application/cloudevents+avro",
                "application/octet-stream",
                "application/jsonlines"
            })
    void aBinaryEventHoldsJson(String contentType) {
        assertUnsupported(type(contentType).add("ce-id", "1"));
    }

    @Test
    void withoutAnyHeaderNothingIsTaken() {
        assertUnsupported(MultiMap.caseInsensitiveMultiMap());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "deflate", "identity, gzip", "x"})
    void encodedContentIsRefused(String encoding) {
        assertUnsupported(type("application/json").add("Content-Encoding", encoding));
        assertUnsupported(type("application/cloudevents+json").add("Content-Encoding", encoding));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "Identity"})
    void contentAsItIsMayBeCalledSo(String encoding) {
        assertThat(MediaType.of(type("application/json").add("Content-Encoding", encoding)))
                .isEqualTo(MediaType.PLAIN);
    }
}
