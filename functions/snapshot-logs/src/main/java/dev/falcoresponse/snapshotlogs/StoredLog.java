package dev.falcoresponse.snapshotlogs;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a manifest says of a log: of its bytes, and of those that are stored.
 *
 * @param from time of the first line, as the log has it; empty when it has none
 * @param to time of the last line
 */
record StoredLog(long bytes, String sha256, long storedBytes, String storedSha256, String from, String to) {
    /** Compresses a log. */
    static StoredLog compress(InputStream log, Scratch target) throws IOException {
        MessageDigest plain = Digests.sha256();
        MessageDigest stored = Digests.sha256();
        Times times = new Times();
        long bytes = 0;
        GZIPOutputStream out = new GZIPOutputStream(new DigestOutputStream(target.output(), stored), 64 * 1024);
        byte[] buffer = new byte[64 * 1024];
        for (int count = log.read(buffer); count >= 0; count = log.read(buffer)) {
            plain.update(buffer, 0, count);
            times.see(buffer, count);
            out.write(buffer, 0, count);
            bytes += count;
        }
        out.finish();
        return new StoredLog(
                bytes,
                Digests.text(plain.digest()),
                target.size(),
                Digests.text(stored.digest()),
                times.first(),
                times.last());
    }

    /** Reads back one that is stored already. */
    static StoredLog read(InputStream object) throws IOException {
        MessageDigest plain = Digests.sha256();
        Times times = new Times();
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

        private final ByteArrayOutputStream current = new ByteArrayOutputStream();
        private boolean inTime = true;
        private String first = "";
        private String last = "";

        void see(byte[] buffer, int count) {
            for (int i = 0; i < count; i++) {
                byte each = buffer[i];
                if (each == '\n') {
                    current.reset();
                    inTime = true;
                } else if (inTime && each == ' ') {
                    end();
                } else if (inTime) {
                    current.write(each);
                    inTime = current.size() <= LONGEST;
                }
            }
        }

        private void end() {
            inTime = false;
            String time = current.toString(StandardCharsets.ISO_8859_1);
            if (time.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d\\d:\\d\\d)")) {
                first = first.isEmpty() ? time : first;
                last = time;
            }
        }

        String first() {
            return first;
        }

        String last() {
            return last;
        }
    }
}
