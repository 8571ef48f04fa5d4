package dev.falcoresponse.testing;

/** A process did not start; the message ends with its standard error. */
public final class StartException extends RuntimeException {
    private static final int MAX_LENGTH = 4_000;

    StartException(String message, String errors, Throwable cause) {
        super(
                message + ":\n"
                        + errors.substring(Math.max(0, errors.length() - MAX_LENGTH))
                                .strip(),
                cause);
    }
}
