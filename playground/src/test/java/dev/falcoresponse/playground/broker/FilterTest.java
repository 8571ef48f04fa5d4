package dev.falcoresponse.playground.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters pass the events that Knative's filters pass. */
final class FilterTest {
    private static final CloudEvent SHELL = CloudEventBuilder.v1()
            .withId("1")
            .withSource(URI.create("https://falco.org"))
            .withType("falco.rule.output.v1")
            .withExtension("rule", "Terminal shell in container")
            .withExtension("priority", "Notice")
            .withExtension("count", 3)
            .build();

    private static boolean passes(String spec) throws IOException {
        return new FilterReader().read(new YAMLMapper().readTree(spec)).passes(SHELL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "exact: {rule: Terminal shell in container}              | true",
                "exact: {rule: terminal shell in container}              | false",
                "exact: {rule: Terminal shell}                           | false",
                "exact: {rule: Terminal shell in container, type: other} | false",
                "exact: {missing: x}                                     | false",
                "exact: {count: \"3\"}                                   | true",
                "prefix: {rule: Terminal}                                | true",
                "prefix: {rule: shell}                                   | false",
                "suffix: {rule: container}                               | true",
                "suffix: {rule: shell}                                   | false",
                "prefix: {subject: x}                                    | false",
                "not: {exact: {rule: Other}}                             | true",
                "not: {exact: {missing: x}}                              | true",
                "not: {exact: {priority: Notice}}                        | false",
                "any: [{exact: {rule: Other}}, {exact: {priority: Notice}}] | true",
                "any: [{exact: {rule: Other}}, {exact: {priority: Error}}]  | false",
                "all: [{exact: {priority: Notice}}, {prefix: {rule: T}}]    | true",
                "all: [{exact: {priority: Notice}}, {prefix: {rule: x}}]    | false",
                "all: [{any: [{not: {exact: {rule: x}}}]}]                  | true",
                "cesql: \"rule LIKE 'Terminal%' AND priority = 'Notice'\"    | true",
                "cesql: \"rule = 'Other'\"                                  | false",
                "cesql: \"missing = 'x'\"                                   | false",
                "cesql: \"EXISTS missing\"                                  | false",
                "cesql: \"rule\"                                            | false"
            })
    void aDialectPassesEvents(String filter, boolean passes) throws IOException {
        assertThat(passes("filters: [{" + filter + "}]")).isEqualTo(passes);
    }

    @Test
    void anEventMustPassAllFilters() throws IOException {
        assertThat(passes("filters: [{exact: {priority: Notice}}, {exact: {type: falco.rule.output.v1}}]"))
                .isTrue();
        assertThat(passes("filters: [{exact: {priority: Notice}}, {exact: {type: other}}]"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{rule: Terminal shell in container} | true",
                "{rule: Other}                       | false",
                "{rule: ''}                          | true",
                "{missing: ''}                       | false",
                "{subject: ''}                       | false",
                "{rule: '', priority: Error}         | false"
            })
    void theOlderFilterPassesEvents(String attributes, boolean passes) throws IOException {
        assertThat(passes("filter: {attributes: " + attributes + "}")).isEqualTo(passes);
    }

    @Test
    void theNewerFiltersTakePrecedenceUnlessTheyAreEmpty() throws IOException {
        assertThat(passes("{filters: [{exact: {priority: Notice}}], filter: {attributes: {rule: Other}}}"))
                .isTrue();
        assertThat(passes("{filters: [], filter: {attributes: {rule: Other}}}")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "filters: []",
                "filters: [{}]",
                "filters: [{exact: {rule: ''}}]",
                "filters: [{any: []}]",
                "filters: [{not: {exact: {rule: ''}}}]"
            })
    void aTriggerWithoutAValidFilterDeliversEverything(String spec) throws IOException {
        assertThat(passes(spec)).isTrue();
    }

    @Test
    void anIgnoredFilterIsReported() throws IOException {
        FilterReader reader = new FilterReader();
        reader.read(new YAMLMapper().readTree("filters: [{exact: {rule: ''}}]"));

        assertThat(reader.warnings())
                .containsExactly(
                        "filters[0].exact has an empty value and is ignored",
                        "no filter is valid, so every event is delivered");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "filters: [{exact: {a: b}, prefix: {a: b}}] | several dialects",
                "filters: [{equals: {a: b}}]                | not a dialect",
                "filters: [{exact: {Rule: b}}]              | not an attribute",
                "filters: [{cesql: 'rule ='}]               | not an expression"
            })
    void anInvalidFilterIsAnError(String spec, String reason) {
        assertThatThrownBy(() -> passes(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("filters[0]")
                .hasMessageContaining(reason);
    }
}
