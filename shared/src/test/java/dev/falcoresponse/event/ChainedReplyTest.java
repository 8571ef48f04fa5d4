package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.record.SampleRecord;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reply of another action may and may not say. */
final class ChainedReplyTest {
    private static Alert follow(SampleRecord record) throws UnreadableException {
        AlertReader reader = new AlertReader("label-pod", false, false, true, Set.of(), InstantSource.system());
        return (Alert) reader.read(SampleAlert.event("falco.response.snapshot.v1", record.json()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"age", "name"})
    void aUidThatWasOnlyFoundIsNoProofForTheNextAction(String identity) throws UnreadableException {
        assertThat(follow(SampleRecord.of("snapshot").with("identity", identity))
                        .pod()
                        .uid())
                .isEmpty();
    }

    @Test
    void aContainerIdThatTheActionBeforeCouldNotUseRefutesNothing() throws UnreadableException {
        assertThat(follow(SampleRecord.of("snapshot").with("identity", "age"))
                        .pod()
                        .isSandbox())
                .isTrue();
        assertThat(follow(SampleRecord.of("snapshot")).pod().isSandbox()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "<NA>"})
    void aReplyWhoseRuleIsEmptyIsNoAlert(String rule) {
        assertThatThrownBy(() -> follow(SampleRecord.of("snapshot").with("rule", rule)))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("rule is missing");
    }

    @Test
    void aReplyWithoutAnEventIdHasThatOfItsCloudEvent() throws UnreadableException {
        assertThat(follow(SampleRecord.of("snapshot").withNull("eventId")).id()).isEqualTo("ce-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rule", "message", "podUid", "reason", "eventId"})
    void aNumberIsNoText(String member) {
        assertThatThrownBy(() -> follow(SampleRecord.of("snapshot").with(member, 7)))
                .isInstanceOf(UnreadableException.class);
    }
}
