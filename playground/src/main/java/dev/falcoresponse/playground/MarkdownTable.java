package dev.falcoresponse.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Tables that are written for people, of which the page shows the same rows. */
final class MarkdownTable {
    private MarkdownTable() {}

    /** The rows of a file that look like this, whichever table they stand in. */
    static List<MatchResult> rows(Path file, Pattern row) {
        try {
            return row.matcher(Files.readString(file)).results().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
