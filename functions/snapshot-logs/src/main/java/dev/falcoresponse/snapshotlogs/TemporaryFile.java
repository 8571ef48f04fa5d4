package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.snapshotlogs.EvidenceStore.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file without a name: the operating system frees it when the process ends, in whatever way. */
final class TemporaryFile implements AutoCloseable, Content {
    private final FileChannel channel;

    TemporaryFile() throws IOException {
        Path path = Files.createTempFile("snapshot-logs-", ".tmp");
        channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
        Files.delete(path);
    }

    void write(byte[] bytes, int offset, int length, long position) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        long at = position;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    int read(byte[] bytes, int offset, int length, long position) throws IOException {
        return channel.read(ByteBuffer.wrap(bytes, offset, length), position);
    }

    /** Writes from the start of the file; callers flush it and do not close it. */
    OutputStream output() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream open() {
        return new BlockInputStream() {
            private long position;

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = TemporaryFile.this.read(bytes, offset, length, position);
                position += Math.max(count, 0);
                return count;
            }
        };
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
