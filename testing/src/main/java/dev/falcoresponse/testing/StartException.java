package dev.falcoresponse.testing;

/** A process did not come up; the message ends with what it wrote to standard error. */
public final class StartException extends RuntimeException {
    private static final int LAST = 4_000;

    StartException(String message, String errors, Throwable cause) {
        super(
                message + ":\n"
                        + errors.substring(Math.max(0, errors.length() - LAST)).strip(),
                cause);
    }
}
