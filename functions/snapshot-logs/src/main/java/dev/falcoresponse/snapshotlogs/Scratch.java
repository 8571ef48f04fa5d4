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

/** Room on the disk without a name: it is given back whenever the process ends, however that is. */
final class Scratch implements AutoCloseable, Content {
    private final FileChannel channel;

    Scratch() throws IOException {
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

    /** Writes from its beginning on; to be flushed, never closed. */
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
                int count = Scratch.this.read(bytes, offset, length, position);
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
