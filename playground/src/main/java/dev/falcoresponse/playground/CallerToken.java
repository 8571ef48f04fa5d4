package dev.falcoresponse.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * What the functions ask of their callers, so that only this broker can send alerts to them.
 *
 * @param file that nobody else may read
 */
record CallerToken(String value, Path file) {
    static CallerToken create() {
        try {
            String value = UUID.randomUUID().toString();
            // only its owner may read a temporary file
            Path file = Files.writeString(Files.createTempFile("play-token-", ""), value);
            // also on Ctrl-C
            file.toFile().deleteOnExit();
            return new CallerToken(value, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
