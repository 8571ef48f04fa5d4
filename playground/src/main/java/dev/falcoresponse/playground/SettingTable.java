package dev.falcoresponse.playground;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The README's tables of settings: what there is to set, to what it is set by default, and what for. */
final class SettingTable {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z][A-Z0-9_]+)` \\| ([^|]*?) \\| ([^|]*?) ?\\|$");
    private static final String EVERY_FUNCTION = "RESPONSE_";

    /** One of them, in words. */
    record Setting(String name, String otherwise, String meaning) {}

    private SettingTable() {}

    /** How the names of those begin that a function alone has. */
    static String prefix(String function) {
        return function.toUpperCase(Locale.ROOT).replace('-', '_') + "_";
    }

    /** Those of one function: what every function has, then its own. */
    static List<Setting> of(Path home, String function) {
        return MarkdownTable.rows(home.resolve("README.md"), ROW).stream()
                .map(SettingTable::setting)
                .filter(each ->
                        each.name().startsWith(EVERY_FUNCTION) || each.name().startsWith(prefix(function)))
                .toList();
    }

    private static Setting setting(MatchResult row) {
        return new Setting(row.group(1), words(row.group(2)), words(row.group(3)));
    }

    private static String words(String markdown) {
        return markdown.replace("`", "").strip();
    }
}
