package dev.falcoresponse.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads the rows of tables in Markdown files, which the page shows too. */
final class MarkdownTable {
    private MarkdownTable() {}

    /** The rows that match a pattern, in any table of the file. */
    static List<MatchResult> rows(Path file, Pattern row) {
        try {
            return row.matcher(Files.readString(file)).results().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
