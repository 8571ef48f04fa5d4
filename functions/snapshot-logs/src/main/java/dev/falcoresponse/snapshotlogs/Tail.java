package dev.falcoresponse.snapshotlogs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The newest end of a stream of bytes, kept on the disk, so that memory does not depend on the stream's length. */
final class Tail implements AutoCloseable {
    /** How many bytes are dropped at most to begin with a whole line. */
    private static final int LONGEST_REST = 64 * 1024;

    private final TemporaryFile scratch = new TemporaryFile();
    private final long capacity;
    private long written;

    /** Keeps at most this number of bytes. */
    Tail(long capacity) throws IOException {
        this.capacity = capacity;
    }

    void write(byte[] bytes) throws IOException {
        int from = 0;
        while (from < bytes.length) {
            long at = written % capacity;
            int length = (int) Math.min(bytes.length - from, capacity - at);
            scratch.write(bytes, from, length, at);
            from += length;
            written += length;
        }
    }

    /** Whether the beginning was dropped. */
    boolean isCut() {
        return written > capacity;
    }

    /** How many bytes were written in all. */
    long seen() {
        return written;
    }

    /** The kept bytes, the oldest first; when the beginning was dropped, from the start of a line. */
    InputStream open() throws IOException {
        return new Reader(start());
    }

    /** Whether the kept bytes begin with a whole line. */
    boolean beginsLine() throws IOException {
        return !isCut() || start() > written - capacity;
    }

    private long start() throws IOException {
        if (!isCut()) {
            return 0;
        }
        long start = written - capacity;
        byte[] rest = new Reader(start).readNBytes(LONGEST_REST);
        for (int i = 0; i < rest.length - 1; i++) {
            if (rest[i] == '\n') {
                return start + i + 1;
            }
        }
        return start;
    }

    /** Reads from a position of the stream to its end. */
    private final class Reader extends BlockInputStream {
        private long position;

        Reader(long position) {
            this.position = position;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (position >= written) {
                return -1;
            }
            long at = position % capacity;
            int most = (int) Math.min(length, Math.min(written - position, capacity - at));
            int count = scratch.read(bytes, offset, most, at);
            if (count < 0) {
                throw new EOFException("The scratch file has lost its end");
            }
            position += count;
            return count;
        }
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }
}
