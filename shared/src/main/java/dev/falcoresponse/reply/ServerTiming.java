package dev.falcoresponse.reply;

/**
 * How long each step of an event's way took, for HTTP's {@code Server-Timing} header (W3C Server Timing): names in the
 * order of the steps, durations in milliseconds. The last step is the one that the event ended in.
 */
public final class ServerTiming {
    private final StringBuilder text = new StringBuilder();
    private String step;
    private long since = System.nanoTime();

    /** Begins with the first step. */
    public ServerTiming(String step) {
        this.step = step;
    }

    /** Ends the step before and begins the next. */
    public void next(String next) {
        end();
        text.append(", ");
        step = next;
    }

    /** Ends the last step. */
    String text() {
        end();
        return text.toString();
    }

    private void end() {
        long now = System.nanoTime();
        text.append(step).append(";dur=").append(Math.round((now - since) / 1e4) / 100.0);
        since = now;
    }
}
