package dev.falcoresponse.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The section of benchmark/README.md that a command generates. */
record ReadmeSection(String command) {
    void write(Path home, String text) {
        String from = "<!-- written by benchmark/" + command + " --write, from here -->\n";
        String to = "<!-- to here -->\n";
        Path readme = home.resolve("benchmark").resolve("README.md");
        try {
            String before = Files.readString(readme);
            int start = before.indexOf(from);
            int end = before.indexOf(to, start);
            if (start < 0 || end < 0) {
                throw new IllegalStateException(readme + " has no markers for the output of " + command);
            }
            Files.writeString(
                    readme, before.substring(0, start + from.length()) + "\n" + text + "\n" + before.substring(end));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
