package dev.falcoresponse.snapshotlogs;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A response body that is requested as it is read: while the reader is busy, the server waits. A small window keeps both from
 * waiting for each other at every chunk.
 */
final class LogStream implements AsyncBody.Consumer<List<ByteBuffer>> {
    /** How many bytes may wait for the reader. */
    private static final long WINDOW = 256 * 1024;

    private final BlockingQueue<Chunk> chunks = new LinkedBlockingQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private @Nullable AsyncBody body;

    /** Some bytes, or the end of the body; with an error when it broke off. */
    private record Chunk(
            List<ByteBuffer> buffers,
            boolean last,
            @Nullable Throwable error) {
        long size() {
            return buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        }
    }

    /** Requests the next chunk while there is room; otherwise the reader does. */
    @Override
    public void consume(List<ByteBuffer> value, AsyncBody asyncBody) {
        Chunk chunk = new Chunk(value, false, null);
        boolean hasRoom = waiting.addAndGet(chunk.size()) < WINDOW;
        chunks.add(chunk);
        if (hasRoom) {
            asyncBody.consume();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what it completes with is put into the queue
    void start(AsyncBody asyncBody) {
        body = asyncBody;
        asyncBody.done().whenComplete((_, error) -> chunks.add(new Chunk(List.of(), true, error)));
        asyncBody.consume();
    }

    /**
     * Reads to the end.
     *
     * @param timeout until the next chunk
     * @throws TimeoutException when it takes longer, or the deadline has passed
     * @throws ExecutionException when the connection broke
     */
    void readAll(Duration timeout, Instant deadline, LogSink sink)
            throws InterruptedException, TimeoutException, ExecutionException, IOException {
        AsyncBody source = body;
        if (source == null) {
            throw new IllegalStateException("not started");
        }
        boolean ended = false;
        try {
            while (!ended) {
                Chunk chunk = chunks.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
                if (chunk == null || Instant.now().isAfter(deadline)) {
                    throw new TimeoutException();
                }
                ended = chunk.last();
                requireEnd(chunk.error());
                long size = chunk.size();
                for (ByteBuffer buffer : chunk.buffers()) {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    sink.accept(bytes);
                }
                long left = waiting.addAndGet(-size);
                if (left < WINDOW && left + size >= WINDOW) {
                    source.consume();
                }
            }
        } finally {
            if (!ended) {
                // this closes the connection, which must not be shared
                source.cancel();
            }
        }
    }

    private static void requireEnd(@Nullable Throwable error) throws ExecutionException {
        if (error != null && !(error instanceof CancellationException)) {
            throw new ExecutionException(error);
        }
    }
}
