package dev.falcoresponse.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.pipeline.EventResponder;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.record.SampleRecord;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventBuilder;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the pipeline gets of Funqy's event, and the event that Funqy then writes. */
final class FunqyResponderTest {
    private final List<ReceivedEvent> received = new ArrayList<>();

    private CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event, SampleRecord record) {
        EventResponder pipeline = new EventResponder() {
            @Override
            public ResponseRecord answer(ReceivedEvent each) {
                received.add(each);
                return record.read();
            }

            @Override
            public void recordRefusal(Outcome outcome) {
                throw new UnsupportedOperationException();
            }
        };
        return new FunqyResponder(pipeline).answer(event);
    }

    private CloudEvent<ResponseRecord> reply(SampleRecord record) {
        return answer(event().build("{}".getBytes(UTF_8)), record);
    }

    private static CloudEventBuilder event() {
        return CloudEventBuilder.create()
                .specVersion("1.0")
                .id("ce-1")
                .type("falco.rule.output.v1")
                .source("https://falco.org");
    }

    @Test
    void thePipelineGetsTheAttributesAndTheBytes() {
        answer(
                event().time(OffsetDateTime.parse("2026-11-26T07:00:00Z"))
                        .subject("shop/web-0")
                        .extensions(Map.of("rule", HeaderText.encode("Règle 日本")))
                        .build("{ }".getBytes(UTF_8)),
                SampleRecord.of("label-pod"));

        ReceivedEvent event = received.getFirst();
        assertThat(event.attributes())
                .containsOnly(
                        Map.entry("id", "ce-1"),
                        Map.entry("type", "falco.rule.output.v1"),
                        Map.entry("source", "https://falco.org"),
                        Map.entry("time", "2026-11-26T07:00:00Z"),
                        Map.entry("subject", "shop/web-0"),
                        Map.entry("rule", "Règle 日本"));
        assertThat(event.data()).isEqualTo("{ }".getBytes(UTF_8));
    }

    @Test
    void theReplyIsAnEventAboutTheObject() {
        CloudEvent<ResponseRecord> reply = reply(SampleRecord.of("label-pod"));

        assertThat(reply.type()).isEqualTo("falco.response.label-pod.v1");
        assertThat(reply.source()).isEqualTo("/falco-response/label-pod");
        assertThat(reply.id()).isEqualTo("0b7d3d0e/label-pod");
        assertThat(reply.subject()).isEqualTo("shop/web-0");
        assertThat(reply.data()).isEqualTo(SampleRecord.of("label-pod").read());
    }

    @Test
    void theExtensionsAreForTriggers() {
        assertThat(reply(SampleRecord.of("label-pod")).extensions())
                .containsOnly(
                        Map.entry("action", "label-pod"),
                        Map.entry("outcome", "acted"),
                        Map.entry("reason", "captured"),
                        Map.entry("rule", "Terminal shell in container"),
                        Map.entry("priority", "Notice"),
                        Map.entry("eventsource", "syscall"),
                        Map.entry("time", "2026-11-26T07:00:02Z"));
    }

    @Test
    void theTimeHasSecondsAlsoOnTheFullMinute() {
        SampleRecord record = SampleRecord.of("label-pod").with("finishedAt", "2026-11-26T07:00:00Z");

        assertThat(reply(record).extensions()).containsEntry("time", "2026-11-26T07:00:00Z");
    }

    @Test
    void whatIsNotKnownIsNoExtension() {
        SampleRecord record = SampleRecord.of("label-pod")
                .withNull("rule")
                .withNull("priority")
                .withNull("source");

        assertThat(reply(record).extensions()).containsOnlyKeys("action", "outcome", "reason", "time");
    }

    @Test
    void textsGoOutAsRawUtf8WithoutControlCharacters() {
        CloudEvent<ResponseRecord> reply = reply(SampleRecord.of("label-pod").with("rule", "Règle\r\nX"));

        assertThat(reply.extensions()).containsEntry("rule", HeaderText.encode("Règle  X"));
    }
}
