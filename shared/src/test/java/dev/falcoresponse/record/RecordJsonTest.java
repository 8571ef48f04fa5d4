package dev.falcoresponse.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The record as JSON: written for log lines and replies, read by chained actions. */
final class RecordJsonTest {
    private static final List<String> UNKNOWN = List.of(
            "rule",
            "priority",
            "source",
            "hostname",
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
            "approvedBy");

    private static ResponseRecord read(String json) throws IOException {
        return RecordJson.read(new ObjectMapper().readTree(json.getBytes(UTF_8)));
    }

    private static ResponseRecord leastKnown() throws IOException {
        return read("{\"action\":\"label-pod\",\"outcome\":\"rejected\",\"reason\":\"unreadable\",\"message\":\"m\"}");
    }

    private static JsonNode tree(ResponseRecord record) throws JsonProcessingException {
        return new JsonMapper().readTree(RecordJson.write(record));
    }

    @Test
    void everyMemberIsPresentInTheOrderOfTheContract() throws IOException {
        assertThat(tree(leastKnown()).fieldNames())
                .toIterable()
                .containsExactly(
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
    }

    @Test
    void whatIsNotKnownIsNull() throws IOException {
        JsonNode record = tree(leastKnown());

        assertThat(UNKNOWN).allMatch(name -> record.get(name).isNull());
        assertThat(record.get("tags")).isEmpty();
        assertThat(record.get("timing")).isEmpty();
        assertThat(record.get("details")).isEmpty();
    }

    @Test
    void aRecordIsOneLineOfAscii() {
        String line = RecordJson.write(SampleRecord.of("label-pod")
                .with("rule", "Règle\u007f\r\n\u001b[2J\u2028日本 🐙")
                .details(Map.of("é\n", "\u0085"))
                .read());

        assertThat(line).matches("[\\x20-\\x7e]+").contains("R\\u00E8gle\\u007F\\r\\n\\u001B[2J\\u2028");
    }

    @Test
    void whatIsReadBackEqualsWhatWasWritten() throws IOException {
        ResponseRecord record = SampleRecord.of("label-pod")
                .with("rule", "Règle – 日本 🐙")
                .details(Map.of("text", "a", "number", 3, "flag", true, "list", List.of("a", Map.of("b", 1.5))))
                .read();

        assertThat(read(RecordJson.write(record))).isEqualTo(record);
        assertThat(read(RecordJson.write(leastKnown()))).isEqualTo(leastKnown());
    }

    @Test
    void unknownMembersAreIgnored() throws IOException {
        assertThat(read(SampleRecord.of("label-pod")
                        .with("added", Map.of("later", 1))
                        .json()))
                .isEqualTo(SampleRecord.of("label-pod").read());
    }

    @Test
    void everyMemberMayBeMissing() throws IOException {
        ResponseRecord record = read("{}");

        assertThat(record.action()).isEmpty();
        assertThat(record.dryRun()).isFalse();
        assertThat(record.tags()).isEmpty();
        assertThat(record.timing()).isEmpty();
        assertThat(record.details()).isEmpty();
        assertThat(record.podUid()).isEmpty();
    }

    @Test
    void everyMemberMayBeNull() throws IOException {
        SampleRecord record = SampleRecord.of("label-pod");
        Arrays.stream(ResponseRecord.class.getRecordComponents())
                .map(RecordComponent::getName)
                .forEach(record::withNull);

        assertThat(record.read()).isEqualTo(read("{}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dryRun  | \"true\"",
                "dryRun  | 1",
                "tags    | \"shell\"",
                "tags    | {}",
                "details | []",
                "details | \"x\"",
                "timing  | {\"act\":\"2.0\"}",
                "timing  | [1]",
                "rule    | {}",
                "rule    | [\"r\"]",
                "message | {}"
            })
    void aMemberOfTheWrongTypeIsRefused(String member, String value) {
        assertThatThrownBy(() -> read("{\"" + member + "\":" + value + "}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(member);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"x\"", "1", "", "{"})
    void whatIsNoObjectIsRefused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(IOException.class);
    }

    @Test
    void theSubjectIsNamespaceAndName() {
        assertThat(SampleRecord.of("label-pod").read().subject()).contains("shop/web-0");
    }

    @Test
    void theSubjectIsThePodThatTheAlertNamesWhenNoObjectWasFound() {
        SampleRecord record =
                SampleRecord.of("label-pod").withNull("targetName").withNull("targetKind");

        assertThat(record.read().subject()).contains("shop/web-0");
        assertThat(record.withNull("pod").read().subject()).isEqualTo(Optional.empty());
    }

    @Test
    void whatHasNoNamespaceIsItsOwnSubject() {
        SampleRecord record =
                SampleRecord.of("label-node").with("targetName", "worker-7").withNull("namespace");

        assertThat(record.read().subject()).contains("worker-7");
    }
}
