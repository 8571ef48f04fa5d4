package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.falcoresponse.event.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of every function: defaults, readings, and the sentences for wrong values. */
final class ResponseSettingsTest {
    private static String refusal(String name, String value) {
        Throwable failure = catchThrowable(() -> TestSettings.of(name, value));
        assertThat(failure).as("%s=%s is taken", name, value).isNotNull();
        return WrongSettings.sentence(failure).orElseThrow();
    }

    @Test
    void nothingChangesUntilAnOperatorSaysSo() {
        assertThat(TestSettings.of().dryRun()).isTrue();
        assertThat(TestSettings.of("RESPONSE_DRY_RUN", "False").dryRun()).isFalse();
    }

    @Test
    void byDefaultEveryAlertCounts() {
        ResponseSettings settings = TestSettings.of();

        assertThat(settings.rules()).isEmpty();
        assertThat(settings.minPriority()).isEqualTo(Priority.DEBUG);
        assertThat(settings.cluster()).isEmpty();
        assertThat(settings.namespaces()).containsExactly("*");
        assertThat(settings.maxEventAge()).isEqualTo(Duration.ofMinutes(15));
        assertThat(settings.eventDelay()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void byDefaultTheClustersOwnPartsAreLeftAlone() {
        ResponseSettings settings = TestSettings.of();

        assertThat(settings.protectedNamespaces().orElseThrow())
                .extracting(NamespacePattern::text)
                .containsExactly("kube-*", "knative-*", "falco", "falco-response", "openfaas");
        assertThat(settings.exemptLabel()).isEqualTo("falco-response/exempt");
        assertThat(settings.deniedOwnerKinds()).contains(List.of("DaemonSet", "Node"));
        assertThat(settings.identity()).isEqualTo(Proof.PROVEN);
    }

    @Test
    void byDefaultAReplicaActsOn20ObjectsAMinute() {
        ResponseSettings settings = TestSettings.of();

        assertThat(settings.budget()).isEqualTo(new Budget(20, Duration.ofMinutes(1)));
        assertThat(settings.cooldown()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.apiTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void byDefaultCallersAreNotChecked() {
        ResponseSettings settings = TestSettings.of();

        assertThat(settings.tokenFile()).isEmpty();
        assertThat(settings.oidcAudience()).isEmpty();
        assertThat(settings.oidcSubjects()).isEmpty();
    }

    @Test
    void listsAreSeparatedByCommasAndBlanksAroundThemDoNotCount() {
        ResponseSettings settings =
                TestSettings.of("RESPONSE_RULES", " Terminal shell in container , Run shell untrusted");

        assertThat(settings.rules()).contains(List.of("Terminal shell in container", "Run shell untrusted"));
    }

    @Test
    void ruleNamesWithACommaAreEscaped() {
        assertThat(TestSettings.of("RESPONSE_RULES", "Read\\, then write,b").rules())
                .contains(List.of("Read, then write", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESPONSE_RULES", "RESPONSE_PROTECTED_NAMESPACES", "RESPONSE_DENIED_OWNER_KINDS"})
    void aListMayBeSetToNothing(String name) {
        ResponseSettings settings = TestSettings.of(name, "");

        Optional<?> list = switch (name) {
            case "RESPONSE_RULES" -> settings.rules();
            case "RESPONSE_PROTECTED_NAMESPACES" -> settings.protectedNamespaces();
            default -> settings.deniedOwnerKinds();
        };
        assertThat(list).isEmpty();
    }

    @Test
    void propertiesHaveTheSameNamesInLowerCase() {
        ResponseSettings settings =
                TestSettings.properties("response.min-priority", "warning").getConfigMapping(ResponseSettings.class);

        assertThat(settings.minPriority()).isEqualTo(Priority.WARNING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RESPONSE_DRY_RUN              | flase          | neither true nor false",
                "RESPONSE_DRY_RUN              | yes            | neither true nor false",
                "RESPONSE_DRY_RUN              | 0              | neither true nor false",
                "RESPONSE_MIN_PRIORITY         | urgent         | none of Falco's priorities",
                "RESPONSE_NAMESPACES           | shop,Bank      | \"Bank\" is not a namespace",
                "RESPONSE_NAMESPACES           | shop-*         | \"shop-*\" is not a namespace",
                "RESPONSE_PROTECTED_NAMESPACES | kube-*,*-sys   | * at its end",
                "RESPONSE_PROTECTED_NAMESPACES | k*b*           | * at its end",
                "RESPONSE_EXEMPT_LABEL         | not a label    | no label",
                "RESPONSE_EXEMPT_LABEL         | a=true         | no label",
                "RESPONSE_DENIED_OWNER_KINDS   | daemonset      | a kind, such as DaemonSet",
                "RESPONSE_IDENTITY             | name           | none of proven, age",
                "RESPONSE_EVENT_DELAY          | -1s            | not between",
                "RESPONSE_EVENT_DELAY          | late           | no duration",
                "RESPONSE_MAX_EVENT_AGE        | a while        | no duration",
                "RESPONSE_MAX_EVENT_AGE        | 0s             | not between",
                "RESPONSE_MAX_EVENT_AGE        | 999999d        | not between",
                "RESPONSE_COOLDOWN             | -5s            | not between",
                "RESPONSE_BUDGET               | 20             | 20/1m",
                "RESPONSE_BUDGET               | 0/1m           | 20/1m",
                "RESPONSE_BUDGET               | 20/soon        | no duration",
                "RESPONSE_BUDGET               | 20/0s          | not between",
                "RESPONSE_BUDGET               | 20/1h          | longer than 10m",
                "RESPONSE_BUDGET               | 9999999999/1m  | 20/1m",
                "RESPONSE_API_TIMEOUT          | soon           | no duration",
                "RESPONSE_API_TIMEOUT          | 0s             | not between"
            })
    void aWrongValueIsRefusedInASentenceThatNamesIt(String name, String value, String why) {
        assertThat(refusal(name, value))
                .startsWith(name + " is \"" + value + "\": ")
                .contains(why)
                .endsWith(".")
                .hasLineCount(1);
    }

    @Test
    void severalWrongValuesAreToldTogether() {
        Throwable failure = catchThrowable(() -> TestSettings.of("RESPONSE_DRY_RUN", "no", "RESPONSE_BUDGET", "20"));

        assertThat(WrongSettings.sentence(failure).orElseThrow().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("RESPONSE_DRY_RUN is \"no\": it is neither true nor false."))
                .anyMatch(line -> line.startsWith("RESPONSE_BUDGET is \"20\": "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESPONSE_DRY_RUN", "RESPONSE_BUDGET", "RESPONSE_NAMESPACES"})
    void aValueThatIsNeededCannotBeEmpty(String name) {
        assertThat(refusal(name, "")).startsWith(name + " is ").endsWith(".");
    }
}
