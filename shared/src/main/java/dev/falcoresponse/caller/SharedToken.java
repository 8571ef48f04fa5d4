package dev.falcoresponse.caller;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.settings.SettingReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A token that all callers share.
 *
 * @param file where it is; read for each request: a Secret that is rotated counts at once
 */
record SharedToken(Path file) {
    static Optional<SharedToken> read(SettingReader reader) {
        return reader.value("response.token-file", Optional.empty(), SharedToken::parse);
    }

    private static Optional<SharedToken> parse(String text) {
        SharedToken token = new SharedToken(Path.of(text));
        try {
            token.bytes();
            return Optional.of(token);
        } catch (IOException e) {
            throw new IllegalArgumentException("that file cannot be read, or does not hold a token on one line", e);
        }
    }

    /** In constant time: how long it takes tells nothing about how much of it was right. */
    boolean is(String header) throws IOException {
        return MessageDigest.isEqual(bytes(), header.getBytes(ISO_8859_1));
    }

    /** Without the line's end that editors leave. */
    private byte[] bytes() throws IOException {
        String token = Files.readString(file).strip();
        if (token.lines().count() != 1) {
            throw new IOException(file + " does not hold a token on one line");
        }
        return token.getBytes(UTF_8);
    }
}
