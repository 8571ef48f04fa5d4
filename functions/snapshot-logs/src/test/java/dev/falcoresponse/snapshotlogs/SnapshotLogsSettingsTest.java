package dev.falcoresponse.snapshotlogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each setting of the action has its default, and refuses wrong values. */
class SnapshotLogsSettingsTest {
    private static SnapshotLogsSettings read(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(SnapshotLogsSettings.class)
                .withSources(new PropertiesConfigSource(properties, "operator", 500))
                .build()
                .getConfigMapping(SnapshotLogsSettings.class);
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> properties = new HashMap<>(Map.of("snapshot-logs.store", "file:///evidence"));
        properties.put(name, value);
        return properties;
    }

    @Test
    void theDefaultsAreThoseOfTheContract() {
        SnapshotLogsSettings settings = read(Map.of("snapshot-logs.store", "s3://evidence/prefix"));

        assertThat(settings.store()).hasToString("s3://evidence/prefix");
        assertThat(settings.maxBytes()).isEqualTo(10 * 1024 * 1024);
        assertThat(settings.since()).isEmpty();
        assertThat(Protection.of(settings)).isEqualTo(Protection.NONE);
    }

    @Test
    void aFolderProtectsNothing() {
        SnapshotLogsSettings settings = read(with("snapshot-logs.s3-sse", "AES256"));

        assertThatThrownBy(() -> Protection.of(settings)).hasMessageContaining("SNAPSHOT_LOGS_S3_* has no effect");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "snapshot-logs.store     | /evidence     | it is neither file:///folder nor s3://bucket/prefix",
                "snapshot-logs.store     | s3://B        | it is neither file:///folder nor s3://bucket/prefix",
                "snapshot-logs.store     | file://host/x | it is neither file:///folder nor s3://bucket/prefix",
                "snapshot-logs.max-bytes | many          | it is no number of bytes",
                "snapshot-logs.max-bytes | 10            | it is less than 1024 bytes",
                "snapshot-logs.since     | yesterday     | it is no duration",
                "snapshot-logs.since     | 1500ms        | it is no whole number of seconds",
                "snapshot-logs.s3-sse    | rot13         | it is none of AES256",
                "snapshot-logs.s3-retain | 30d           | it is not like governance/30d"
            })
    void aWrongValueIsRefused(String name, String value, String why) {
        assertThatThrownBy(() -> read(with(name, value)))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(why);
    }
}
