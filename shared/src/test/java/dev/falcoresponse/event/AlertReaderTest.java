package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.record.SampleRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which events a function takes, and what it reads in them. */
final class AlertReaderTest {
    private static final String PING = "dev.knative.sources.ping";
    private static final String UNDO = "falco.response.label-pod.undo.v1";
    private static final Instant NOW = Instant.parse("2026-11-26T08:00:00Z");

    private static AlertReader reader(boolean reversible, boolean changes) {
        return new AlertReader(
                "label-pod", reversible, reversible, changes, Set.of("snapshot"), InstantSource.fixed(NOW));
    }

    private static final AlertReader REVERSIBLE = reader(true, true);
    private static final AlertReader FINAL = reader(false, true);
    private static final AlertReader READING = reader(false, false);

    private static Undo undo(String data) throws UnreadableException {
        return (Undo) REVERSIBLE.read(SampleAlert.event(UNDO, data));
    }

    private static Event follow(AlertReader reader, SampleRecord record) throws UnreadableException {
        return reader.read(SampleAlert.event("falco.response.snapshot.v1", record.json()));
    }

    @Test
    void falcosAlertIsTaken() throws UnreadableException {
        assertThat(REVERSIBLE.read(SampleAlert.about("shop", "web-0").event())).isInstanceOf(Alert.class);
    }

    @Test
    void anotherActionsReplyIsTakenAsTheAlertThatItIsAbout() throws UnreadableException {
        Alert alert = (Alert) follow(REVERSIBLE, SampleRecord.of("snapshot"));

        assertThat(alert.id()).isEqualTo("0b7d3d0e");
        assertThat(alert.time()).isEqualTo(SampleAlert.TIME);
        assertThat(alert.pod().uid()).isEqualTo("5d0a");
        assertThat(alert.tags()).containsExactly("container", "shell");
    }

    @Test
    void theOwnReplyIsALoop() {
        ReceivedEvent reply = SampleAlert.event(
                "falco.response.label-pod.v1", SampleRecord.of("label-pod").json());

        assertThatThrownBy(() -> REVERSIBLE.read(reply))
                .isInstanceOf(LoopException.class)
                .hasMessageContaining("label-pod's own reply");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "com.example.order",
                "falco.rule.output.v2",
                "FALCO.RULE.OUTPUT.V1",
                "falco.response.other.undo.v1",
                "falco.response.other.approved.v1"
            })
    void anotherTypeIsRefusedWithThoseThatAreTaken(String type) {
        assertThatThrownBy(() -> REVERSIBLE.read(SampleAlert.event(type, "{}")))
                .isExactlyInstanceOf(UnreadableException.class)
                .hasMessageContaining("does not take the CloudEvents type " + type)
                .hasMessageContaining("falco.rule.output.v1");
    }

    @Test
    void aRefusalIsOneShortLineWhateverTheTypeHolds() {
        assertThatThrownBy(() -> REVERSIBLE.read(SampleAlert.event("a\r\n\u001b[2J" + "b".repeat(1000), "{}")))
                .message()
                .hasLineCount(1)
                .hasSizeLessThan(400)
                .doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {PING, UNDO})
    void whatCannotBeUndoneTakesNeitherUndoNorTick(String type) {
        assertThatThrownBy(() -> FINAL.read(SampleAlert.event(type, "{\"name\":\"web-0\"}")))
                .hasMessageContaining("does not take");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[1]", "tick", "{"})
    void aTickMayHaveAnyData(String data) throws UnreadableException {
        assertThat(REVERSIBLE.read(SampleAlert.event(PING, data))).isEqualTo(new Tick("ce-1", NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "pod", "node"})
    void anUndoNamesItsObject(String key) throws UnreadableException {
        assertThat(undo("{\"namespace\":\"shop\",\"%s\":\"web-0\"}".formatted(key)))
                .isEqualTo(new Undo("ce-1", NOW, "", "shop", "web-0", "", false));
    }

    @Test
    void theOwnRecordNamesTheObjectAsItsTarget() throws UnreadableException {
        assertThat(undo("{\"targetKind\":\"Node\",\"targetName\":\"worker-7\",\"targetUid\":\"u-7\","
                        + "\"namespace\":\"shop\",\"pod\":\"web-0\",\"podUid\":\"u-0\",\"node\":\"worker-7\"}"))
                .isEqualTo(new Undo("ce-1", NOW, "Node", "shop", "worker-7", "u-7", false));
    }

    @Test
    void anUndoMayNameKindAndUid() throws UnreadableException {
        assertThat(undo("{\"kind\":\"Deployment\",\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"u-1\"}"))
                .isEqualTo(new Undo("ce-1", NOW, "Deployment", "shop", "web", "u-1", false));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,false", "null,false"})
    void anUndoMayBeAPreview(String written, boolean dryRun) throws UnreadableException {
        assertThat(undo("{\"name\":\"web-0\",\"dryRun\":" + written + "}").dryRun())
                .isEqualTo(dryRun);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{\"name\":\"web-0\",\"dryRun\":\"true\"} | dryRun is neither true nor false",
                "{\"name\":\"web-0\",\"dryRun\":1}        | dryRun is neither true nor false",
                "{\"name\":\"web-0\",\"dryRun\":{}}       | dryRun is neither true nor false",
                "{\"name\":7}                             | name is not a text",
                "{\"name\":\"web-0\",\"uid\":7}           | uid is not a text",
                "{\"name\":\"web-0\",\"namespace\":[]}    | namespace is not a text",
                "{\"namespace\":\"shop\"}                 | name is missing",
                "{\"name\":\"\"}                          | name is missing",
                "[]                                       | not a JSON object",
                "null                                     | not a JSON object"
            })
    void anUndoThatCannotBeReadIsRefused(String data, String why) {
        assertThatThrownBy(() -> undo(data))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aReplyWithoutARuleIsNoAlert() {
        assertThatThrownBy(() -> follow(REVERSIBLE, SampleRecord.of("snapshot").withNull("rule")))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("rule is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "\"true\"", "null", "1"})
    void noChangeFollowsFromIncompleteEvidence(String complete) {
        String json = SampleRecord.of("snapshot").json().replace("\"complete\":true", "\"complete\":" + complete);
        ReceivedEvent event = SampleAlert.event("falco.response.snapshot.v1", json);

        assertThatThrownBy(() -> FINAL.read(event)).hasMessageContaining("The evidence is not complete");
    }

    @ParameterizedTest
    @CsvSource({"previewed,dry-run", "denied,exempt", "skipped,replaced", "skipped,recently-handled"})
    void noChangeFollowsWhenNoEvidenceWasStored(String outcome, String reason) {
        SampleRecord record = SampleRecord.of("snapshot")
                .with("outcome", outcome)
                .with("reason", reason)
                .details(Map.of());

        assertThatThrownBy(() -> follow(FINAL, record)).hasMessageContaining("The evidence is not complete");
    }

    @Test
    void evidenceThatWasStoredBeforeIsEnough() throws UnreadableException {
        SampleRecord record =
                SampleRecord.of("snapshot").with("outcome", "skipped").with("reason", "already-done");

        assertThat(follow(FINAL, record)).isInstanceOf(Alert.class);
    }

    @Test
    void anotherActionsPreviewIsNoMissingEvidence() throws UnreadableException {
        SampleRecord record = SampleRecord.of("isolate")
                .with("outcome", "previewed")
                .with("reason", "dry-run")
                .details(Map.of());
        ReceivedEvent event = SampleAlert.event("falco.response.isolate.v1", record.json());

        assertThat(FINAL.read(event)).isInstanceOf(Alert.class);
    }

    @Test
    void whatOnlyReadsNeedsNoEvidence() throws UnreadableException {
        SampleRecord record =
                SampleRecord.of("snapshot").with("outcome", "previewed").details(Map.of("complete", false));

        assertThat(follow(READING, record)).isInstanceOf(Alert.class);
    }
}
