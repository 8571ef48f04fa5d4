package dev.falcoresponse.deletepod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each setting of the action has its default, and refuses wrong values. */
class DeletePodSettingsTest {
    private static DeletePodSettings read(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(DeletePodSettings.class)
                .withSources(new PropertiesConfigSource(properties, "operator", 500))
                .build()
                .getConfigMapping(DeletePodSettings.class);
    }

    @Test
    void theDefaultsAreThoseOfTheContract() {
        DeletePodSettings settings = read(Map.of());

        assertThat(settings.mode()).isEqualTo(DeletePodSettings.Mode.DELETE);
        assertThat(settings.gracePeriod()).hasSeconds(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delete-pod.mode         | destroy | it is none of delete, evict",
                "delete-pod.grace-period | 1500ms  | it is no whole number of seconds",
                "delete-pod.grace-period | soon    | it is no duration"
            })
    void aWrongValueIsRefused(String name, String value, String why) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(why);
    }
}
