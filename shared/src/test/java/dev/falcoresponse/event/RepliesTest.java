package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcoresponse.record.SampleRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The alert that another action's reply carries on. */
final class RepliesTest {
    private static final String TYPE = "falco.response.snapshot.v1";

    private static Alert alert(SampleRecord record) throws UnreadableException {
        ReceivedEvent event = SampleAlert.event(TYPE, record.json());
        return Replies.alert(Replies.record(event, "snapshot"), event);
    }

    @ParameterizedTest
    @CsvSource({
        "falco.response.snapshot.v1,snapshot",
        "falco.response.label-pod.v1,label-pod",
        "falco.response.a.undo.v1,''",
        "falco.response..v1,''",
        "falco.response.A.v1,''",
        "falco.response.a.v2,''",
        "xfalco.response.a.v1,''",
        "falco.rule.output.v1,''"
    })
    void theTypeNamesTheSender(String type, String sender) {
        assertThat(Replies.sender(type).orElse("")).isEqualTo(sender);
    }

    @Test
    void theAlertGoesOnUnchanged() throws UnreadableException {
        Alert alert = alert(SampleRecord.of("snapshot"));

        assertThat(alert.id()).isEqualTo("0b7d3d0e");
        assertThat(alert.time()).isEqualTo(SampleAlert.TIME);
        assertThat(alert.rule()).isEqualTo("Terminal shell in container");
        assertThat(alert.rank()).isEqualTo(Priority.NOTICE);
        assertThat(alert.source()).isEqualTo("syscall");
        assertThat(alert.hostname()).isEqualTo("worker-7");
        assertThat(alert.tags()).containsExactly("container", "shell");
    }

    @Test
    void thePodThatWasFoundGoesOnWithItsUid() throws UnreadableException {
        assertThat(alert(SampleRecord.of("snapshot")).pod())
                .isEqualTo(new PodReference("shop", "web-0", "5d0a", "app", "9f3c1d2e4b5a", ""));
    }

    @Test
    void theEvidenceGoesOn() throws UnreadableException {
        SampleRecord passedOn = SampleRecord.of("snapshot").details(Map.of("evidence", "s3://bucket/1"));

        assertThat(alert(SampleRecord.of("snapshot")).evidence()).isEqualTo("file:///evidence/1");
        assertThat(alert(passedOn).evidence()).isEqualTo("s3://bucket/1");
        assertThat(alert(passedOn.details(Map.of("location", 7))).evidence()).isEmpty();
        assertThat(alert(passedOn.withNull("details")).evidence()).isEmpty();
    }

    @Test
    void anotherActionThanTheTypesIsRefused() {
        assertThatThrownBy(() -> alert(SampleRecord.of("other"))).hasMessageContaining("action is not the one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tags", "details", "dryRun", "timing", "owner", "message", "hostname", "priority"})
    void optionalMembersMayBeMissing(String member) throws UnreadableException {
        assertThat(alert(SampleRecord.of("snapshot").without(member)).pod()).hasToString("shop/web-0");
        assertThat(alert(SampleRecord.of("snapshot").withNull(member)).pod()).hasToString("shop/web-0");
    }

    @Test
    void withoutTheTimeOfTheAlertNothingFollows() {
        assertThatThrownBy(() -> alert(SampleRecord.of("snapshot").without("eventTime")))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("eventTime is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"eventId", "rule", "hostname", "namespace", "pod", "podUid", "container", "containerId"})
    void aTextThatIsLongerThanAnyRealOneIsRefused(String member) {
        assertThatThrownBy(() -> alert(SampleRecord.of("snapshot").with(member, "x".repeat(1025))))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining(member + " is longer than 1024 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"action\":\"snapshot\",\"action\":\"x\"}", "{} {}", "[]", "null", "{\"dryRun\":\"no\"}", "{"})
    void whatIsNoRecordIsRefusedInOneLine(String body) {
        assertThatThrownBy(() -> Replies.record(SampleAlert.event(TYPE, body), "snapshot"))
                .isInstanceOf(UnreadableException.class)
                .message()
                .hasLineCount(1);
    }
}
