package dev.falcoresponse.kubernetes;

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
import org.jspecify.annotations.Nullable;

/** A body that is asked for chunk by chunk: the server waits while the reader is busy, and nothing piles up here. */
final class LogStream implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final BlockingQueue<Chunk> chunks = new LinkedBlockingQueue<>();
    private @Nullable AsyncBody body;

    /** Some bytes, or the end; with an error when it came too early. */
    private record Chunk(
            List<ByteBuffer> buffers,
            boolean last,
            @Nullable Throwable error) {}

    @Override
    public void consume(List<ByteBuffer> value, AsyncBody asyncBody) {
        chunks.add(new Chunk(value, false, null));
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
     * @param patience how long the next chunk may take
     * @throws TimeoutException when it takes longer, or the deadline has come
     * @throws ExecutionException when the connection broke
     */
    void readAll(Duration patience, Instant deadline, LogSink sink)
            throws InterruptedException, TimeoutException, ExecutionException, IOException {
        AsyncBody source = body;
        if (source == null) {
            throw new IllegalStateException("not started");
        }
        boolean ended = false;
        try {
            while (!ended) {
                Chunk chunk = chunks.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (chunk == null || Instant.now().isAfter(deadline)) {
                    throw new TimeoutException();
                }
                ended = chunk.last();
                requireEnd(chunk.error());
                for (ByteBuffer buffer : chunk.buffers()) {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    sink.accept(bytes);
                }
                source.consume();
            }
        } finally {
            if (!ended) {
                // closes the connection: it must be this stream's alone
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
