package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The functions' settings: name, default value, meaning. {@code settings.json} is generated from the code. */
final class SettingTable {
    static final String SHARED_PREFIX = "RESPONSE_";

    private static final List<Setting> ALL = read();

    /**
     * A setting.
     *
     * @param defaultValue {@code none} when there is none, {@code required} when a value must be given
     */
    record Setting(String name, String defaultValue, String meaning) {}

    private SettingTable() {}

    /** The prefix of the settings that only this function has. */
    static String prefix(String function) {
        return function.toUpperCase(Locale.ROOT).replace('-', '_') + "_";
    }

    /** The settings of one function: first those of every function, then its own. */
    static List<Setting> of(String function) {
        return ALL.stream()
                .filter(each ->
                        each.name().startsWith(SHARED_PREFIX) || each.name().startsWith(prefix(function)))
                .toList();
    }

    private static List<Setting> read() {
        try (InputStream file = SettingTable.class.getResourceAsStream("/settings.json")) {
            return List.of(new ObjectMapper().readValue(Objects.requireNonNull(file), Setting[].class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
