package dev.falcoresponse.reply;

import java.util.Optional;

/**
 * What is under way, bounded: a flood beyond it is refused while those under way finish, and memory never runs out.
 *
 * <p>A body costs many times its size while it is read and answered, so bodies share a small part of the heap.
 */
final class Load {
    /** More would wait for a thread longer than a broker waits for an answer, once the API server is slow. */
    private static final int MOST = 1000;

    private static final int PART_OF_HEAP = 64;

    /** What a body of unknown length is taken for until it is there: far more than any alert has. */
    private static final long UNKNOWN = 64 * 1024L;

    /** {@code quarkus.http.limits.max-body-size}. */
    private static final long READ_AT_MOST = 1024 * 1024L;

    private final long mostBytes;
    private int requests;
    private long bytes;

    /**
     * Without anything under way.
     *
     * @param heap how many bytes the heap may have
     */
    Load(long heap) {
        mostBytes = heap / PART_OF_HEAP;
    }

    /**
     * Lets a request in; one that is alone may be as large as it likes.
     *
     * @param length bytes of its body; negative when it does not say
     * @return its place, empty when there is none left
     */
    synchronized Optional<Place> enter(long length) {
        // more than is read at all, the server refuses by its length alone
        long size = length < 0 ? UNKNOWN : length > READ_AT_MOST ? 0 : length;
        if (requests >= MOST || (requests > 0 && bytes + size > mostBytes)) {
            return Optional.empty();
        }
        requests++;
        bytes += size;
        return Optional.of(new Place(size));
    }

    /** One request's share, until the caller has its answer or is gone, and nobody works for it any more. */
    final class Place {
        private long size;
        private int holders = 1;

        private Place(long size) {
            this.size = size;
        }

        /** Whether there is room for the body as it came. */
        boolean holds(long length) {
            synchronized (Load.this) {
                long more = Math.max(0, length - size);
                if (holders == 0 || (more > 0 && requests > 1 && bytes + more > mostBytes)) {
                    return false;
                }
                bytes += more;
                size += more;
                return true;
            }
        }

        /** Someone works for it, whether the caller still waits or not; false when the caller has gone already. */
        boolean work() {
            synchronized (Load.this) {
                if (holders == 0) {
                    return false;
                }
                holders++;
                return true;
            }
        }

        /** One holder less: the answer is out, the caller has gone, or the work is done. */
        void leave() {
            synchronized (Load.this) {
                holders--;
                if (holders == 0) {
                    requests--;
                    bytes -= size;
                }
            }
        }
    }
}
