package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a function may act. */
final class NamespacesTest {
    private static final Self SELF = new Self("tools", "label-pod-0");

    private static Namespaces of(String... namesAndValues) {
        return Namespaces.of(TestSettings.of(namesAndValues), SELF);
    }

    @ParameterizedTest
    @CsvSource({
        "kube-system,true",
        "kube-,true",
        "kube,false",
        "knative-eventing,true",
        "falco,true",
        "falco-2,false",
        "falco-response,true",
        "openfaas,true",
        "openfaas-fn,false",
        "tools,true",
        "shop,false"
    })
    void theClustersOwnNamespacesAndTheFunctionsAreProtectedByDefault(String namespace, boolean isProtected) {
        assertThat(of().isProtected(namespace)).isEqualTo(isProtected);
        assertThat(of().isAllowed(namespace)).isTrue();
    }

    @Test
    void whoeverNamesTheProtectedNamespacesNamesAllOfThem() {
        Namespaces namespaces = of("RESPONSE_PROTECTED_NAMESPACES", "bank,team-*");

        assertThat(namespaces.isProtected("bank")).isTrue();
        assertThat(namespaces.isProtected("team-a")).isTrue();
        assertThat(namespaces.isProtected("tools")).isFalse();
        assertThat(namespaces.isProtected("kube-system")).isFalse();
    }

    @Test
    void nothingIsProtectedWhenTheListIsEmpty() {
        assertThat(of("RESPONSE_PROTECTED_NAMESPACES", "").protectedOnes()).isEmpty();
    }

    @Test
    void anOwnNamespaceThatIsNotKnownProtectsNothing() {
        Namespaces namespaces = Namespaces.of(TestSettings.of(), new Self("", "label-pod-0"));

        assertThat(namespaces.isProtected("")).isFalse();
    }

    @Test
    void onlyTheNamedNamespacesAreAllowed() {
        Namespaces namespaces = of("RESPONSE_NAMESPACES", "shop, bank");

        assertThat(namespaces.isAllowed("shop")).isTrue();
        assertThat(namespaces.isAllowed("bank")).isTrue();
        assertThat(namespaces.isAllowed("shop-2")).isFalse();
        assertThat(namespaces.allowed()).containsExactly("shop", "bank");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop,*", "*,shop", "*,*"})
    void allNamespacesAreNamedAlone(String value) {
        assertThatThrownBy(() -> of("RESPONSE_NAMESPACES", value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("RESPONSE_NAMESPACES is \"" + value + "\": ")
                .hasMessageContaining("must be * alone");
    }

    @ParameterizedTest
    @CsvSource({
        "kube-*,kube-system,true",
        "kube-*,kube,false",
        "*,anything,true",
        "falco,falco,true",
        "falco,falc,false"
    })
    void onlyAStarAtTheEndStandsForMore(String pattern, String namespace, boolean matches) {
        assertThat(new NamespacePattern.Reader().convert(pattern).matches(namespace))
                .isEqualTo(matches);
    }
}
