package dev.falcoresponse.event;

import static dev.falcoresponse.event.FalcoAlerts.TYPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an alert says, and which bodies are no alert. */
final class FalcoAlertsTest {
    private static Alert read(String body) throws UnreadableException {
        return FalcoAlerts.read(SampleAlert.event(TYPE, body));
    }

    private static Alert withMember(String member) throws UnreadableException {
        return read("{\"rule\":\"r\",\"time\":\"2026-11-26T07:00:00Z\"," + member + "}");
    }

    @Test
    void everyPartOfAnAlertIsRead() {
        Alert alert = SampleAlert.about("shop", "web-0").read();

        assertThat(alert.id()).isEqualTo("0b7d3d0e-5c1f-4f0b-9a61-0d1c6a4f7a01");
        assertThat(alert.time()).isEqualTo(SampleAlert.TIME);
        assertThat(alert.rule()).isEqualTo("Terminal shell in container");
        assertThat(alert.priority()).isEqualTo("Notice");
        assertThat(alert.source()).isEqualTo("syscall");
        assertThat(alert.hostname()).isEqualTo("worker-7");
        assertThat(alert.tags()).containsExactly("container", "shell");
        assertThat(alert.evidence()).isEmpty();
    }

    /** As Falcosidekick 2.34.1 sends them beside Elasticsearch: outputs share the fields. */
    @Test
    void flattenedNamesOfFieldsAreReadAsWhatTheyAre() throws UnreadableException {
        String fields = "{'k8s.ns.name':'shop','k8s.pod.name':'web-0','k8s.pod.uid':'5d0a','k8s.pod.sandbox_id':'aa',"
                + "'container.id':'ff2a','container.name':'app','fd.rip':'1.2.3.4','k8s.cluster.name':'blue',"
                + "'ka.user.name':'alice','ka.user.groups':['dev']}";
        String body = "{'rule':'r','source':'k8s_audit','time':'2026-11-26T07:00:00Z','output_fields':" + fields + "}";
        Alert named = read(body.replace('\'', '"'));
        String flattened = fields.replace('.', '_').replace("1_2_3_4", "1.2.3.4");
        Alert alert = read(body.replace(fields, flattened).replace('\'', '"'));

        assertThat(alert.pod()).isEqualTo(named.pod());
        assertThat(alert.user()).isEqualTo(named.user());
        assertThat(alert.fields()).containsAllEntriesOf(named.fields());
        assertThat(alert.pod().name()).isEqualTo("web-0");
        assertThat(alert.user().orElseThrow().groups()).containsExactly("dev");
        assertThat(alert.fields()).containsEntry("fd.rip", "1.2.3.4").containsEntry("k8s.cluster.name", "blue");
    }

    @Test
    void aFieldThatCameUnderItsOwnNameCounts() throws UnreadableException {
        assertThat(withMember("\"output_fields\":{\"k8s.pod.name\":\"web-0\",\"k8s_pod_name\":\"other\"}")
                        .pod()
                        .name())
                .isEqualTo("web-0");
    }

    @Test
    void withoutUuidTheEventsIdCounts() {
        assertThat(SampleAlert.bare().without("uuid").read().id()).isEqualTo("f0b7b8c1-6a0c-4d63-8f0f-2f5f3c2d7a01");
    }

    @Test
    void withoutTimeTheEventsTimeCounts() {
        SampleAlert alert = SampleAlert.bare().without("time").attribute("time", "2026-11-26T08:00:00+02:00");

        assertThat(alert.read().time()).isEqualTo(Instant.parse("2026-11-26T06:00:00Z"));
    }

    @Test
    void digitsBeyondNanosecondsAreCut() {
        assertThat(SampleAlert.bare()
                        .with("time", "2026-11-23T12:00:00.1234567891234Z")
                        .read()
                        .time())
                .isEqualTo(Instant.parse("2026-11-23T12:00:00.123456789Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "true", "[\"alice\"]"})
    void theNameOfAnAuditedUserMustBeAText(String name) {
        String members = "\"source\":\"k8s_audit\",\"output_fields\":{\"ka.user.name\":" + name + "}";

        assertThatThrownBy(() -> withMember(members))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("output_fields.ka.user.name is not a text");
    }

    @Test
    void whatOldSendersLeaveOutIsEmpty() throws UnreadableException {
        Alert alert = read("{\"rule\":\"r\",\"time\":\"2021-01-01T00:00:00Z\"}");

        assertThat(alert.source()).isEmpty();
        assertThat(alert.isSyscall()).isTrue();
        assertThat(alert.priority()).isEmpty();
        assertThat(alert.tags()).isEmpty();
        assertThat(alert.fields()).isEmpty();
        assertThat(alert.pod()).isEqualTo(PodReference.NONE);
    }

    @ParameterizedTest
    @CsvSource({"Notice,NOTICE", "critical,CRITICAL", "info,INFORMATIONAL", "urgent,DEBUG", "'',DEBUG"})
    void anUnknownPriorityCountsAsTheLowest(String priority, Priority rank) {
        assertThat(SampleAlert.bare().with("priority", priority).read().rank()).isEqualTo(rank);
    }

    @ParameterizedTest
    @CsvSource({"syscall,true", "syscalls,true", "'',true", "k8s_audit,false", "internal,false"})
    void onlySystemCallsComeFromAProcess(String source, boolean syscall) {
        assertThat(SampleAlert.bare().with("source", source).read().isSyscall()).isEqualTo(syscall);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "\"  \"", "\"<NA>\"", "\" <NA> \""})
    void whatFalcoDoesNotKnowIsNotGiven(String value) throws UnreadableException {
        Alert alert = withMember(
                "\"hostname\":%s,\"output_fields\":{\"k8s.ns.name\":%s,\"x\":%s}".formatted(value, value, value));

        assertThat(alert.hostname()).isEmpty();
        assertThat(alert.pod().namespace()).isEmpty();
        assertThat(alert.fields()).isEmpty();
    }

    @Test
    void onlyShortTextsAreKeptAsFields() {
        Map<String, Object> fields = new HashMap<>(Map.of(
                "short", " a ", "number", 4294967295L, "list", List.of("a"), "long", "x".repeat(1025), "flag", true));
        fields.put("nothing", null);
        SampleAlert alert = SampleAlert.bare();
        fields.forEach((name, value) -> alert.field(name, value == null ? Collections.emptyList() : value));

        assertThat(alert.read().fields()).containsExactly(Map.entry("short", "a"));
    }

    @Test
    void halfACharacterBecomesTheReplacementCharacter() throws UnreadableException {
        assertThat(withMember("\"hostname\":\"a\\ud83d\"").hostname()).isEqualTo("a\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Falco response: delete", "Falco response: "})
    void aNotificationThatComesBackIsALoop(String rule) {
        ReceivedEvent event = SampleAlert.bare().with("rule", rule + "x").event();

        assertThatThrownBy(() -> FalcoAlerts.read(event)).isInstanceOf(LoopException.class);
    }

    @Test
    void ourOwnEventSourceIsALoop() {
        ReceivedEvent event =
                SampleAlert.bare().with("source", "falco-response").event();

        assertThatThrownBy(() -> FalcoAlerts.read(event)).isInstanceOf(LoopException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{\"time\":\"2026-11-26T07:00:00Z\"}                             | rule is missing",
                "{\"rule\":\"<NA>\",\"time\":\"2026-11-26T07:00:00Z\"}           | rule is missing",
                "{\"rule\":1,\"time\":\"2026-11-26T07:00:00Z\"}                  | rule is not a text",
                "{\"rule\":\"r\"}                                                | time is missing",
                "{\"rule\":\"r\",\"time\":\"yesterday\"}                         | time is not a time",
                "{\"rule\":\"r\",\"time\":1}                                     | time is not a text",
                "[]                                                              | The body is not a JSON object",
                "null                                                            | The body is not a JSON object",
                "\"text\"                                                        | The body is not a JSON object",
                "{\"rule\":\"r\"                                                 | line 1, column",
                "{\"rule\":\"r\",\"rule\":\"s\"}                                 | line 1, column",
                "{} {}                                                           | line 1, column",
                "{'rule':1}                                                      | The body is no JSON: line 1, column 2",
            })
    void whatIsNoAlertIsRefusedWithThePlace(String body, String why) {
        assertThatThrownBy(() -> read(body))
                .isExactlyInstanceOf(UnreadableException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "\"priority\":3                                     | priority is not a text",
                "\"source\":{}                                      | source is not a text",
                "\"tags\":\"shell\"                                 | tags is not an array",
                "\"tags\":[1]                                       | tags is not a text",
                "\"output_fields\":[]                               | output_fields is not a JSON object",
                "\"output_fields\":\"x\"                            | output_fields is not a JSON object",
                "\"output_fields\":{\"k8s.pod.name\":7}             | output_fields.k8s.pod.name is not a text",
                "\"output_fields\":{\"k8s.ns.name\":[\"shop\"]}     | output_fields.k8s.ns.name is not a text",
                "\"output_fields\":{\"container.id\":true}          | output_fields.container.id is not a text",
                "\"output_fields\":{\"k8s.pod.uid\":{}}             | output_fields.k8s.pod.uid is not a text"
            })
    void aMemberOfTheWrongTypeIsRefusedByItsPath(String member, String why) {
        assertThatThrownBy(() -> withMember(member)).hasMessageContaining(why);
    }

    @Test
    void aTextThatIsLongerThanAnyRealOneIsRefused() {
        assertThatThrownBy(() -> withMember("\"hostname\":\"" + "x".repeat(1025) + "\""))
                .hasMessage("hostname is longer than 1024 characters");
    }

    @Test
    void moreTagsThanAnyRuleHasAreRefused() {
        ReceivedEvent event =
                SampleAlert.bare().with("tags", Collections.nCopies(101, "t")).event();

        assertThatThrownBy(() -> FalcoAlerts.read(event)).hasMessageContaining("at most 100 texts");
    }

    @Test
    void deepNestingIsRefusedInOneLine() {
        assertThatThrownBy(() -> read("[".repeat(100_000)))
                .isInstanceOf(UnreadableException.class)
                .hasMessageStartingWith("The body is no JSON: ")
                .hasMessageContaining("nesting depth");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        byte[] bytes = {'{', '"', (byte) 0xff, '"', ':', '1', '}'};

        assertThatThrownBy(() -> FalcoAlerts.read(new ReceivedEvent(Map.of(), bytes)))
                .isInstanceOf(UnreadableException.class)
                .hasMessageStartingWith("The body is no JSON: ");
    }
}
