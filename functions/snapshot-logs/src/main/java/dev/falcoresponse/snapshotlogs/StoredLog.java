package dev.falcoresponse.snapshotlogs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a manifest says of a log: of its bytes, and of those that are stored.
 *
 * @param from time of the first line, as the log has it; empty when it has none
 * @param to time of the last line
 */
record StoredLog(long bytes, String sha256, long storedBytes, String storedSha256, String from, String to) {
    /**
     * Compresses a log.
     *
     * @param beginsLine whether its first byte begins a line; otherwise what comes first may only look like a time
     */
    static StoredLog compress(InputStream log, boolean beginsLine, Scratch target) throws IOException {
        MessageDigest plain = Digests.sha256();
        MessageDigest stored = Digests.sha256();
        Times times = new Times(beginsLine);
        long bytes = 0;
        try (FastGzip out = new FastGzip(new DigestOutputStream(target.output(), stored))) {
            byte[] buffer = new byte[64 * 1024];
            for (int count = log.read(buffer); count >= 0; count = log.read(buffer)) {
                plain.update(buffer, 0, count);
                times.see(buffer, count);
                out.write(buffer, 0, count);
                bytes += count;
            }
        }
        return new StoredLog(
                bytes,
                Digests.text(plain.digest()),
                target.size(),
                Digests.text(stored.digest()),
                times.first(),
                times.last());
    }

    /** Reads back one that is stored already. */
    static StoredLog read(InputStream object, boolean beginsLine) throws IOException {
        MessageDigest plain = Digests.sha256();
        Times times = new Times(beginsLine);
        long bytes = 0;
        Counting counting = new Counting(object);
        DigestInputStream stored = new DigestInputStream(counting, Digests.sha256());
        try (InputStream log = new GZIPInputStream(stored, 64 * 1024)) {
            byte[] buffer = new byte[64 * 1024];
            for (int count = log.read(buffer); count >= 0; count = log.read(buffer)) {
                plain.update(buffer, 0, count);
                times.see(buffer, count);
                bytes += count;
            }
            stored.transferTo(OutputStream.nullOutputStream());
        }
        return new StoredLog(
                bytes,
                Digests.text(plain.digest()),
                counting.count,
                Digests.text(stored.getMessageDigest().digest()),
                times.first(),
                times.last());
    }

    /** Of a log it leaves a fifth more than the default, in a third of the time. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 64 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }

        /** Leaves open what it writes to, but gives its own memory back at once. */
        @Override
        public void close() throws IOException {
            try {
                finish();
            } finally {
                def.end();
            }
        }
    }

    /** Counts what is read. */
    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }

    /** The times at which the first and the last line begin; a line's time ends with the first blank. */
    private static final class Times {
        private static final int LONGEST = 40;
        private static final int SHORTEST = "2026-11-25T12:00:00Z".length();

        private final byte[] current = new byte[LONGEST];
        private int length;
        private boolean inTime;
        private String first = "";
        private byte[] last = {};

        Times(boolean beginsLine) {
            inTime = beginsLine;
        }

        void see(byte[] buffer, int count) {
            for (int i = 0; i < count; i++) {
                byte each = buffer[i];
                if (each == '\n') {
                    length = 0;
                    inTime = true;
                } else if (inTime && each == ' ') {
                    end();
                } else if (inTime && length < LONGEST) {
                    current[length++] = each;
                } else {
                    inTime = false;
                }
            }
        }

        /** There are millions of lines: nothing is made for each that need not be. */
        private void end() {
            inTime = false;
            if (!isTime()) {
                return;
            }
            if (last.length != length) {
                last = new byte[length];
            }
            System.arraycopy(current, 0, last, 0, length);
            if (first.isEmpty()) {
                first = last();
            }
        }

        private boolean isTime() {
            if (length < SHORTEST || current[4] != '-' || current[7] != '-' || current[10] != 'T') {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (i != 10
                        && current[i] != 'Z'
                        && (current[i] < '+' || current[i] > ':' || current[i] == '/' || current[i] == ',')) {
                    return false;
                }
            }
            return true;
        }

        String first() {
            return first;
        }

        String last() {
            return new String(last, StandardCharsets.US_ASCII);
        }
    }
}
