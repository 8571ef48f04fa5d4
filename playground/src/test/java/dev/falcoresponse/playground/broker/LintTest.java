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

/** A Trigger that would surprise its operator gets a sentence. */
final class LintTest {
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
                "filters: [{exact: {type: falco.rule.output.v1}}, {prefix: {rule: Falco}}] | tells people of a response",
                "filters: [{exact: {rule: Write below etc}}]                         | replies of delete-pod itself",
                "filters: [{prefix: {type: falco.}}, {exact: {rule: Write below etc}}] | replies of delete-pod itself",
                "filters: [{prefix: {type: falco.response.}}]                        | replies of delete-pod itself",
                "filters: [{exact: {type: falco.rule.output}}, {exact: {rule: Write below etc}}] | no event has the type",
                "filters: [{exact: {source: falco.org}}, {exact: {rule: Write below etc}}] | before 2.29",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Setuid or Setgid bit}}] | is called \"Set Setuid",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: \"Write below etc \"}}] | none of Falco's own",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: write below etc}}]      | none of Falco's own",
                "filters: [{exact: {type: falco.rule.output.v1}}, {exact: {type: other}}] | matches none",
                "filters: [{cesql: \"type = 'falco.rule.output.v1' AND rule = 'X' AND priority = 'notice'\"}] | matches none"
            })
    void anOddTriggerGetsASentence(String spec, String sentence) throws IOException {
        assertThat(warnings("delete-pod", spec))
                .anySatisfy(each -> assertThat(each).contains(sentence));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "release-pod | filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Write below etc}}] | would release its pod",
                "delete-pod | broker: deflaut, filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Write below etc}}] | no broker deflaut",
                "delete-pod | delivery: {timeout: PT30S}, filters: [{exact: {type: falco.rule.output.v1}}, {exact: {rule: Write below etc}}] | no retry"
            })
    void soDoesOneThatWouldSurprise(String subscriber, String spec, String sentence) throws IOException {
        assertThat(warnings(subscriber, spec))
                .anySatisfy(each -> assertThat(each).contains(sentence));
    }

    @Test
    void actionsThatAnswerEachOtherAreACircle() throws IOException {
        Path other = Files.createDirectories(knative.resolve("other"));
        Files.writeString(other.resolve("trigger.yaml"), """
                kind: Trigger
                metadata: {name: other}
                spec:
                  subscriber: {ref: {name: release-pod}}
                  filters: [{exact: {type: falco.response.isolate-network.v1}}]
                """);

        assertThat(warnings("isolate-network", "filters: [{exact: {type: falco.response.release-pod.v1}}]"))
                .anySatisfy(each -> assertThat(each).contains("in a circle"));
    }

    @Test
    void aGoodOneGetsNone() throws IOException {
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
