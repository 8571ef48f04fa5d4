package dev.falcoresponse.snapshotlogs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** The newest end of a stream of bytes, on the disk: memory stays small however long the stream is. */
final class Tail implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;
    private final long capacity;
    private long written;

    /** Keeps at most so many bytes. */
    Tail(long capacity) throws IOException {
        this.capacity = capacity;
        this.path = Files.createTempFile("log-", ".tail");
        this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    void write(byte[] bytes) throws IOException {
        int from = 0;
        while (from < bytes.length) {
            long at = written % capacity;
            int length = (int) Math.min(bytes.length - from, capacity - at);
            file.seek(at);
            file.write(bytes, from, length);
            from += length;
            written += length;
        }
    }

    /** Whether something had to be dropped. */
    boolean isCut() {
        return written > capacity;
    }

    /** How many bytes there have been in all. */
    long seen() {
        return written;
    }

    /** What is kept, the oldest byte first; after a cut from the first whole line on, if any line is whole. */
    InputStream open() throws IOException {
        long start = isCut() ? written - capacity : 0;
        return new Reader(isCut() ? afterLine(start) : start);
    }

    private long afterLine(long start) throws IOException {
        for (long position = start; position < written; position++) {
            if (read(position) == '\n') {
                return position + 1 < written ? position + 1 : start;
            }
        }
        return start;
    }

    private int read(long position) throws IOException {
        file.seek(position % capacity);
        int value = file.read();
        if (value < 0) {
            throw new EOFException(path.toString());
        }
        return value;
    }

    /** Reads from a position of the stream to its end. */
    private final class Reader extends InputStream {
        private long position;

        Reader(long position) {
            this.position = position;
        }

        @Override
        public int read() throws IOException {
            return position < written ? Tail.this.read(position++) : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (position >= written) {
                return -1;
            }
            long at = position % capacity;
            long most = Math.min(written - position, capacity - at);
            file.seek(at);
            int count = file.read(bytes, offset, (int) Math.min(length, most));
            if (count < 0) {
                throw new EOFException(path.toString());
            }
            position += count;
            return count;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
        Files.deleteIfExists(path);
    }
}
