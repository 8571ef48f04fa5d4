package dev.falcoresponse.http;

import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Bounds the requests that are processed at the same time, so that their bodies fit into the heap: a permit stands for a
 * kibibyte of body, and a body may take sixty-four times its size on the heap while it is read and answered. Thread-safe.
 */
final class ConcurrencyLimit {
    private static final int BYTES_PER_PERMIT = 1024;
    private static final int HEAP_PER_PERMIT = 64 * BYTES_PER_PERMIT;

    /** More requests would wait for a thread longer than a broker waits for an answer, once the API server is slow. */
    private static final int MAX_PERMITS = 1000;

    /** What a body of unknown length is charged until it has arrived: far more than an alert has. */
    private static final long UNKNOWN_LENGTH = 64L * BYTES_PER_PERMIT;

    private final int total;
    private final Semaphore permits;

    /**
     * A limit without any requests.
     *
     * @param heap the maximum size of the heap, in bytes
     */
    ConcurrencyLimit(long heap) {
        total = Math.clamp(heap / HEAP_PER_PERMIT, 1, MAX_PERMITS);
        permits = new Semaphore(total);
    }

    /**
     * Admits a request.
     *
     * @param length of its body in bytes; negative when it is not known
     * @return empty when there is no room
     */
    Optional<Permit> acquire(long length) {
        int cost = cost(length < 0 ? UNKNOWN_LENGTH : length);
        return permits.tryAcquire(cost) ? Optional.of(new Permit(cost)) : Optional.empty();
    }

    /** A single request is admitted whatever its length: the server limits that. */
    private int cost(long length) {
        return Math.clamp((length + BYTES_PER_PERMIT / 2) / BYTES_PER_PERMIT, 1, total);
    }

    /** The room that one request takes. */
    final class Permit {
        private int held;

        private Permit(int held) {
            this.held = held;
        }

        /** Takes the room that a body needs now that its length is known; {@code false} when there is none. */
        synchronized boolean resize(long length) {
            int more = cost(length) - held;
            if (held == 0 || (more > 0 && !permits.tryAcquire(more))) {
                return false;
            }
            if (more < 0) {
                permits.release(-more);
            }
            held += more;
            return true;
        }

        /** Gives the room back; repeated calls have no effect. */
        synchronized void release() {
            permits.release(held);
            held = 0;
        }
    }
}
