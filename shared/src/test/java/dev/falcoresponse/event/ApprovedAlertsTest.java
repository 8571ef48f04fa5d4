package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApprovedAlertsTest {
    private static final Instant AT = Instant.parse("2026-11-26T07:10:00Z");
    private static final String TYPE = "falco.response.label-pod.approved.v1";

    private final AlertReader reader =
            new AlertReader("label-pod", false, false, true, Set.of(), InstantSource.system());

    private static String alert() {
        return new String(SampleAlert.about("shop", "web-0").event().data(), UTF_8);
    }

    private Alert read(byte[] data) throws UnreadableException {
        return (Alert) reader.read(new ReceivedEvent(Map.of("type", TYPE, "id", "1", "approval", "uid-1"), data));
    }

    @Test
    void whatWasApprovedIsReadAsTheAlert() throws UnreadableException {
        Alert read = read(ApprovedAlerts.data(alert(), "alice", AT));

        assertThat(read.rule()).isEqualTo("Terminal shell in container");
        assertThat(read.time()).isEqualTo(SampleAlert.TIME);
        assertThat(read.pod().name()).isEqualTo("web-0");
        assertThat(read.approval())
                .contains(new Approval("alice", AT, "uid-1", ApprovedAlerts.digest(alert().getBytes(UTF_8))));
    }

    @Test
    void theReplyOfAnActionCanBeApprovedToo() throws UnreadableException {
        String record = """
                {"action":"store-logs","outcome":"acted","reason":"captured","message":"x","dryRun":false,"rule":"R",
                 "eventId":"7","eventTime":"2026-11-26T07:00:00Z","namespace":"shop","pod":"web-0","podUid":"u",
                 "identity":"uid","details":{"complete":true}}""";

        Alert read = read(ApprovedAlerts.data(record, "alice", AT));

        assertThat(read.id()).isEqualTo("7");
        assertThat(read.pod().uid()).isEqualTo("u");
        assertThat(read.approval().map(Approval::by)).contains("alice");
    }

    /** A broker may write the same JSON in another way. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"b\" : 1.50, \"a\": [1, {\"d\": \"\\u00e4\", \"c\": null}] }",
                "{\"a\":[1,{\"c\":null,\"d\":\"ä\"}],\"b\":1.50,\"approvedBy\":\"x\",\"approvedAt\":\"y\"}"
            })
    void theDigestIsThatOfTheContent(String same) {
        assertThat(ApprovedAlerts.digest(same.getBytes(UTF_8)))
                .isEqualTo(ApprovedAlerts.digest("{\"a\":[1,{\"d\":\"ä\",\"c\":null}],\"b\":1.50}".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":[1,{\"d\":\"ä\",\"c\":null}],\"b\":1.51}",
                "{\"a\":[{\"d\":\"ä\",\"c\":null},1],\"b\":1.50}",
                "{\"a\":[1,{\"d\":\"ä\"}],\"b\":1.50}"
            })
    void andOfAllOfIt(String other) {
        assertThat(ApprovedAlerts.digest(other.getBytes(UTF_8)))
                .isNotEqualTo(ApprovedAlerts.digest("{\"a\":[1,{\"d\":\"ä\",\"c\":null}],\"b\":1.50}".getBytes(UTF_8)));
    }

    @Test
    void anAlertWithoutApprovalIsNoApprovedOne() {
        assertThatThrownBy(() -> read(alert().getBytes(UTF_8)))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("approvedBy is missing");
        assertThatThrownBy(() -> read("{".getBytes(UTF_8))).isInstanceOf(UnreadableException.class);
        assertThatThrownBy(() -> read(ApprovedAlerts.data("{}", "alice", AT)))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("rule is missing");
    }
}
