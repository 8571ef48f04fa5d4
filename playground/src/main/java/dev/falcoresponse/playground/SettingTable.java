package dev.falcoresponse.playground;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads the README's tables of settings: name, default value, meaning. */
final class SettingTable {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z][A-Z0-9_]+)` \\| ([^|]*?) \\| ([^|]*?) ?\\|$");
    private static final String SHARED_PREFIX = "RESPONSE_";

    /** A row of the tables. */
    record Setting(String name, String defaultValue, String meaning) {}

    private SettingTable() {}

    /** The prefix of the settings that only this function has. */
    static String prefix(String function) {
        return function.toUpperCase(Locale.ROOT).replace('-', '_') + "_";
    }

    /** The settings of one function: first those of every function, then its own. */
    static List<Setting> of(Path home, String function) {
        return MarkdownTable.rows(home.resolve("README.md"), ROW).stream()
                .map(SettingTable::setting)
                .filter(each ->
                        each.name().startsWith(SHARED_PREFIX) || each.name().startsWith(prefix(function)))
                .toList();
    }

    private static Setting setting(MatchResult row) {
        return new Setting(row.group(1), plainText(row.group(2)), plainText(row.group(3)));
    }

    private static String plainText(String markdown) {
        return markdown.replace("`", "").strip();
    }
}
