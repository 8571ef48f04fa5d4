package dev.falcoresponse.playground.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mistake in a Trigger is reported as a warning. */
final class TriggerLintTest {
    @TempDir
    private Path knative;

    private List<String> warnings(String subscriber, String spec) throws IOException {
        Path folder = Files.createDirectories(knative.resolve("one"));
        Files.writeString(folder.resolve("trigger.yaml"), """
            kind: Trigger
            metadata: {name: one}
            spec: {subscriber: {ref: {name: %s}}, %s}
            """.formatted(subscriber, spec));
        Files.writeString(Files.createDirectories(knative.resolve("base")).resolve("broker.yaml"), "kind: Broker\n");
        return RuleBook.read(knative, List.of()).triggers().getFirst().warnings();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "filters: [{}]                                                       | every event is delivered",
                "filters: [{exact: {rule: \"\"}}]                                    | every event is delivered",
                "filters: [{exact: {type: \"\"}}, {exact: {rule: Write below etc}}]  | has an empty value",
                "filters: []                                                         | every event is delivered",
                "filter: {attributes: {type: \"\"}}                                  | every event is delivered",
                "filters: [{not: {exact: {type: falco.response.delete-pod.v1}}}]     | every event is delivered",
                "filters: [{exact: {type: falco.rule.output.v1}}]                    | alerts of every rule",
                "filters: [{exact: {type: falco.rule.output.v1}}, {prefix: {rule: Falco}}] | delivers notifications",
                "filters: [{exact: {rule: Write below etc}}]                         | replies of delete-pod to itself",
                "filters: [{prefix: {type: falco.}}, {exact: {rule: Write below etc}}] | replies of delete-pod to"
                        + " itself",
                "filters: [{prefix: {type: falco.response.}}]                        | replies of delete-pod to itself",
                "filters: [{exact: {type: falco.rule.output}}, {exact: {rule: Write below etc}}] | no event has the"
                        + " type",
                "filters: [{exact: {source: falco.org}}, {exact: {rule: Write below etc}}] | before 2.29",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Setuid or Setgid bit}}] | is called"
                        + " \"Set Setuid",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: \"Write below etc \"}}] | none of"
                        + " Falco's own",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: write below etc}}]      | none of"
                        + " Falco's own",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {type: other}}] | matches no known event",
                "filters: [{cesql: \"type = 'falco.rule.output.v1' AND rule = 'X' AND priority = 'notice'\"}] |"
                        + " matches no known event"
            })
    void aWrongFilterIsReported(String spec, String warning) throws IOException {
        assertThat(warnings("delete-pod", spec))
                .anySatisfy(each -> assertThat(each).contains(warning));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "broker: deflaut, filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Write below etc}}] |"
                        + " no broker deflaut",
                "delivery: {timeout: PT30S}, filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Write"
                        + " below etc}}] | no retry"
            })
    void aWrongBrokerOrDeliveryIsReported(String spec, String warning) throws IOException {
        assertThat(warnings("delete-pod", spec))
                .anySatisfy(each -> assertThat(each).contains(warning));
    }

    @Test
    void actionsThatAnswerEachOtherAreReportedAsALoop() throws IOException {
        Path other = Files.createDirectories(knative.resolve("other"));
        Files.writeString(other.resolve("trigger.yaml"), """
            kind: Trigger
            metadata: {name: other}
            spec:
              subscriber: {ref: {name: snapshot-logs}}
              filters: [{exact: {type: falco.response.isolate-network.v1}}]
            """);

        assertThat(warnings("isolate-network", "filters: [{exact: {type: falco.response.snapshot-logs.v1}}]"))
                .anySatisfy(each -> assertThat(each).contains("form a loop"));
    }

    @Test
    void aCorrectTriggerHasNoWarning() throws IOException {
        assertThat(warnings(
                        "delete-pod",
                        "filters: [{cesql: \"type = 'falco.rule.output.v1' AND rule LIKE 'Write below%' AND"
                                + " priority = 'Error'\"}]"))
                .isEmpty();
        assertThat(warnings(
                        "delete-pod",
                        "filter: {attributes: {type: falco.rule.output.v1, rule: Terminal shell in container}}"))
                .isEmpty();
    }
}
