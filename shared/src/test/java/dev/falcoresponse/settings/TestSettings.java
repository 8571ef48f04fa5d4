package dev.falcoresponse.settings;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Settings as an operator would give them. */
public final class TestSettings {
    private TestSettings() {}

    /** Settings in the environment: names and values in turn, all others by default. */
    public static ResponseSettings of(String... namesAndValues) {
        return environment(namesAndValues).getConfigMapping(ResponseSettings.class);
    }

    static SmallRyeConfig environment(String... namesAndValues) {
        return config(new EnvConfigSource(map(namesAndValues), 300));
    }

    static SmallRyeConfig properties(String... namesAndValues) {
        return config(new PropertiesConfigSource(map(namesAndValues), "operator", 500));
    }

    private static SmallRyeConfig config(ConfigSource source) {
        return new SmallRyeConfigBuilder()
                .withMapping(ResponseSettings.class)
                .withSources(source)
                .build();
    }

    private static Map<String, String> map(String... namesAndValues) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
