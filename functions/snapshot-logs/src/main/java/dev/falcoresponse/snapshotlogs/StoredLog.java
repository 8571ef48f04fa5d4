package dev.falcoresponse.snapshotlogs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a manifest says about a log: about its bytes, and about those that are stored.
 *
 * @param from time of the first line, as the log has it; empty when it has none
 * @param to time of the last line
 * @param foreignLine the last line, if it is no line of the log but an error of the node; empty otherwise
 */
record StoredLog(
        long bytes, String sha256, long storedBytes, String storedSha256, String from, String to, String foreignLine) {
    /**
     * Compresses a log.
     *
     * @param beginsLine whether its first byte begins a line
     */
    static StoredLog compress(InputStream log, boolean beginsLine, TemporaryFile target) throws IOException {
        MessageDigest plain = Digests.sha256();
        MessageDigest stored = Digests.sha256();
        LineTimes times = new LineTimes(beginsLine);
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
                times.last(),
                times.foreignLine());
    }

    /** Reads a log that is stored already. */
    static StoredLog read(InputStream object, boolean beginsLine) throws IOException {
        MessageDigest plain = Digests.sha256();
        LineTimes times = new LineTimes(beginsLine);
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
                times.last(),
                times.foreignLine());
    }

    /** Needs a third of the default's time for logs, and leaves a fifth more bytes. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 64 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }

        /** Frees its own memory; the target stays open. */
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
}
