package dev.falcoresponse.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A token that all callers share.
 *
 * @param file read for each request, so that a rotated Secret takes effect at once
 */
record SharedToken(Path file) {
    /**
     * The token in a file.
     *
     * @throws ConfigurationException when the file holds none
     */
    static SharedToken in(String file) {
        SharedToken token = new SharedToken(Path.of(file));
        try {
            token.bytes();
            return token;
        } catch (IOException e) {
            throw new ConfigurationException(
                    "RESPONSE_TOKEN_FILE is \"" + file
                            + "\": that file cannot be read, or does not hold a token on one line.",
                    e);
        }
    }

    /** Compares in constant time, so that the time tells nothing about the token. */
    boolean matches(String sent) throws IOException {
        return MessageDigest.isEqual(bytes(), sent.getBytes(ISO_8859_1));
    }

    /** Without the line end that editors leave. */
    private byte[] bytes() throws IOException {
        String token = Files.readString(file).strip();
        if (token.lines().count() != 1) {
            throw new IOException(file + " does not hold a token on one line");
        }
        return token.getBytes(UTF_8);
    }
}
