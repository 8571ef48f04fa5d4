package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.OffsetDateTime;

/** The times with which the first and the last line of a log begin. Only its first and last 64 KiB are looked at. */
final class LineTimes {
    private static final int KEPT = 64 * 1024;
    private static final int MAX_SENTENCE = 300;

    private final boolean beginsLine;
    private final byte[] head = new byte[KEPT];
    private final byte[] tail = new byte[KEPT];
    private int headLength;
    private int tailLength;

    /**
     * Times of a log that is to be seen.
     *
     * @param beginsLine whether its first byte begins a line
     */
    LineTimes(boolean beginsLine) {
        this.beginsLine = beginsLine;
    }

    void see(byte[] buffer, int count) {
        int more = Math.min(count, KEPT - headLength);
        System.arraycopy(buffer, 0, head, headLength, more);
        headLength += more;
        int last = Math.min(count, KEPT);
        int kept = Math.min(tailLength, KEPT - last);
        System.arraycopy(tail, tailLength - kept, tail, 0, kept);
        System.arraycopy(buffer, count - last, tail, kept, last);
        tailLength = kept + last;
    }

    /** The time of the first whole line; empty when it begins with none. */
    String first() {
        return time(head, beginsLine ? 0 : lineStart(head, headLength, 0), headLength);
    }

    /** The time of the last line; empty when it begins with none, or is longer than 64 KiB. */
    String last() {
        return hasLastLine() ? time(tail, lastStart(), lastEnd()) : "";
    }

    /**
     * The last line, if it begins with no time: then it is no line of the log, but an error of the node. At most 300
     * characters.
     */
    String foreignLine() {
        return hasLastLine() && lastEnd() > lastStart() && last().isEmpty()
                ? new String(tail, lastStart(), Math.min(lastEnd() - lastStart(), MAX_SENTENCE), UTF_8)
                : "";
    }

    /** Whether the start of the last line is among the bytes that are kept. */
    private boolean hasLastLine() {
        return lastStart() > 0 || (beginsLine && tailLength == headLength);
    }

    private int lastEnd() {
        return tailLength > 0 && tail[tailLength - 1] == '\n' ? tailLength - 1 : tailLength;
    }

    private int lastStart() {
        int start = lastEnd();
        while (start > 0 && tail[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static int lineStart(byte[] bytes, int length, int from) {
        int at = from;
        while (at < length && bytes[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, length);
    }

    /** A line's time ends with the first blank. */
    private static String time(byte[] bytes, int start, int end) {
        int blank = start;
        while (blank < end && bytes[blank] != ' ') {
            blank++;
        }
        String text = new String(bytes, start, Math.min(blank - start, 40), UTF_8);
        try {
            OffsetDateTime.parse(text);
            return text;
        } catch (DateTimeException e) {
            return "";
        }
    }
}
