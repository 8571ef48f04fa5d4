package dev.falcoresponse.reply;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.settings.SettingReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Who may call: everybody, or whoever sends the token in {@code RESPONSE_TOKEN_FILE} as RFC 6750 says ({@code
 * Authorization: Bearer …}). The file is read for each request: a Secret that is rotated counts at once.
 */
public final class Callers {
    private static final String SCHEME = "Bearer ";

    private final Optional<Path> file;

    private Callers(Optional<Path> file) {
        this.file = file;
    }

    /** Reads the setting; a file that holds no token stops the start. */
    public static Callers read(SettingReader reader) {
        return new Callers(reader.value("response.token-file", Optional.empty(), Callers::file));
    }

    private static Optional<Path> file(String text) {
        try {
            Path file = Path.of(text);
            if (token(file).length == 0) {
                throw new IllegalArgumentException("that file is empty");
            }
            return Optional.of(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("that file cannot be read", e);
        }
    }

    /**
     * Whether a request may be answered.
     *
     * @param authorizations all its Authorization headers
     * @throws IOException when the token cannot be read just now: then nobody is let in
     */
    boolean admit(List<String> authorizations) throws IOException {
        if (file.isEmpty()) {
            return true;
        }
        byte[] token = token(file.get());
        if (token.length == 0) {
            throw new IOException(file.get() + " is empty");
        }
        return authorizations.size() == 1 && isBearer(authorizations.getFirst(), token);
    }

    /** In constant time: how long it takes tells nothing about how much of it was right. */
    private static boolean isBearer(String authorization, byte[] token) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        token, authorization.substring(SCHEME.length()).strip().getBytes(ISO_8859_1));
    }

    /** Without the line's end that editors leave. */
    private static byte[] token(Path file) throws IOException {
        return Files.readString(file).strip().getBytes(UTF_8);
    }
}
