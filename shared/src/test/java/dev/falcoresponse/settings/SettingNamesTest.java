package dev.falcoresponse.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Misspelt names stop the start. */
final class SettingNamesTest {
    private static final SettingNames NAMES =
            SettingNames.of("label-pod", List.of(ResponseSettings.class, LabelPodSettings.class));

    /** The settings of an action. */
    @ConfigMapping(prefix = "label-pod")
    interface LabelPodSettings {
        String key();

        Optional<List<String>> values();
    }

    private static void check(ConfigSource source) {
        NAMES.check(new SmallRyeConfigBuilder().withSources(source).build());
    }

    private static void environment(String name, String value) {
        check(new EnvConfigSource(Map.of(name, value), 300));
    }

    private static void properties(String name, String value) {
        check(new PropertiesConfigSource(Map.of(name, value), "operator", 500));
    }

    @Test
    void namesAreThoseOfTheMappings() {
        assertThat(NAMES.names()).contains("response.dry-run", "response.oidc-subjects", "label-pod.key");
        assertThat(NAMES.prefixes()).containsExactlyInAnyOrder("response.", "label-pod.");
        assertThat(NAMES.lists())
                .containsExactlyInAnyOrder(
                        "response.rules",
                        "response.namespaces",
                        "response.protected-namespaces",
                        "response.denied-owner-kinds",
                        "response.oidc-subjects",
                        "label-pod.values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESPONSE_DRYRUN", "RESPONSE_BUDGETS", "RESPONSE_", "LABEL_POD_GRACE", "LABEL_POD_KEYS"})
    void aMisspeltVariableIsRefused(String name) {
        assertThatThrownBy(() -> environment(name, "x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("There is no setting " + name + ".")
                .hasMessageContaining("RESPONSE_DRY_RUN, ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.dryrun",
                "response.dryRun",
                "response.rule",
                "label-pod.grace",
                "RESPONSE_DRY_RUN",
                "response_dry_run"
            })
    void aMisspeltPropertyIsRefused(String name) {
        assertThatThrownBy(() -> properties(name, "x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("There is no setting " + name + ".");
    }

    @Test
    void aMisspeltPropertyOfAProfileIsRefused() {
        assertThatThrownBy(() -> properties("%prod.response.dryrun", "x"))
                .hasMessageStartingWith("There is no setting response.dryrun.");
        assertThatCode(() -> properties("%prod.response.dry-run", "x")).doesNotThrowAnyException();
    }

    @Test
    void thePrefixOfAnActionWithoutSettingsIsItsOwnToo() {
        SettingNames none = SettingNames.of("notify", List.of(ResponseSettings.class));
        var config = new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(Map.of("NOTIFY_URL", "x"), 300))
                .build();

        assertThatThrownBy(() -> none.check(config)).hasMessageStartingWith("There is no setting NOTIFY_URL.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RESPONSE_DRY_RUN", "LABEL_POD_KEY", "LABEL_PODS", "RESPONSES_X", "PATH", "response_dry_run"})
    void aKnownOrForeignVariableIsTaken(String name) {
        assertThatCode(() -> environment(name, "x")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RESPONSE_ENGINE_SERVICE_HOST",
                "RESPONSE_ENGINE_SERVICE_PORT",
                "RESPONSE_ENGINE_SERVICE_PORT_HTTP",
                "RESPONSE_ENGINE_PORT",
                "RESPONSE_ENGINE_PORT_80_TCP",
                "RESPONSE_ENGINE_PORT_80_TCP_PROTO",
                "RESPONSE_ENGINE_PORT_80_TCP_PORT",
                "RESPONSE_ENGINE_PORT_80_TCP_ADDR",
                "RESPONSE_SERVICE_HOST",
                "LABEL_POD_PORT_53_UDP_ADDR"
            })
    void whatKubernetesPutsThereForAServiceIsNoSetting(String name) {
        assertThatCode(() -> environment(name, "10.0.0.1")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESPONSE_CLUSTER", "RESPONSE_TOKEN_FILE", "RESPONSE_OIDC_AUDIENCE", "LABEL_POD_KEY"})
    void anEmptyValueIsRefused(String name) {
        assertThatThrownBy(() -> environment(name, " "))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(name + " is \" \": it is empty; leave it out to get the default.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESPONSE_RULES", "RESPONSE_PROTECTED_NAMESPACES", "LABEL_POD_VALUES"})
    void aListMayBeEmpty(String name) {
        assertThatCode(() -> environment(name, "")).doesNotThrowAnyException();
    }
}
