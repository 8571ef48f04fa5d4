package dev.falcoresponse.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that the API server would refuse never become part of a URL. */
final class KubernetesNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"shop", "kube-system", "0", "a1-b2"})
    void aNamespaceIsADnsLabel(String name) {
        assertThat(KubernetesNames.isNamespace(name)).isTrue();
        assertThat(KubernetesNames.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "-a", "a-", "A", "a_b", "a/b", "a%2Fb", "a b", "a\n", "é", "..", ".", "a..b", "a?b", "a#b", "*"
            })
    void nothingThatCouldChangeAUrlIsAName(String text) {
        assertThat(KubernetesNames.isNamespace(text)).isFalse();
        assertThat(KubernetesNames.isName(text)).isFalse();
    }

    @Test
    void onlyAnObjectsNameMayHaveDots() {
        assertThat(KubernetesNames.isName("worker-7.example.internal")).isTrue();
        assertThat(KubernetesNames.isNamespace("a.b")).isFalse();
    }

    @Test
    void lengthsAreThoseOfTheApiServer() {
        assertThat(KubernetesNames.isNamespace("a".repeat(63))).isTrue();
        assertThat(KubernetesNames.isNamespace("a".repeat(64))).isFalse();
        assertThat(KubernetesNames.isName("a".repeat(253))).isTrue();
        assertThat(KubernetesNames.isName("a".repeat(254))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "exempt,true",
        "falco-response/exempt,true",
        "app.kubernetes.io/Name_1.x,true",
        "'',false",
        "/x,false",
        "a/,false",
        "a/b/c,false",
        "UPPER/x,false",
        "not a label,false",
        "-x,false"
    })
    void aLabelsKeyMayHaveADomain(String key, boolean valid) {
        assertThat(KubernetesNames.isLabelKey(key)).isEqualTo(valid);
    }

    @Test
    void aLabelsKeyIsAtMost63CharactersWithoutItsDomain() {
        assertThat(KubernetesNames.isLabelKey("example.com/" + "a".repeat(63))).isTrue();
        assertThat(KubernetesNames.isLabelKey("example.com/" + "a".repeat(64))).isFalse();
        assertThat(KubernetesNames.isLabelKey("a".repeat(254) + "/x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'',true", "true,true", "5d0a-1_2.3,true", "-a,false", "a-,false", "a b,false", "a/b,false"})
    void aLabelsValueMayBeEmpty(String value, boolean valid) {
        assertThat(KubernetesNames.isLabelValue(value)).isEqualTo(valid);
    }

    @Test
    void aLabelsValueIsAtMost63Characters() {
        assertThat(KubernetesNames.isLabelValue("a".repeat(63))).isTrue();
        assertThat(KubernetesNames.isLabelValue("a".repeat(64))).isFalse();
    }
}
