package dev.falcoresponse.testing;

/** A process did not come up. */
public final class StartException extends RuntimeException {
    private final String errors;

    StartException(String message, String errors, Throwable cause) {
        super(message + ":\n" + errors.substring(Math.max(0, errors.length() - 4_000)), cause);
        this.errors = errors;
    }

    /** What it wrote to standard error. */
    public String errors() {
        return errors;
    }
}
