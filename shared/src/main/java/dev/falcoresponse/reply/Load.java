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
        long size = length < 0 ? UNKNOWN : length;
        if (requests >= MOST || (requests > 0 && bytes + size > mostBytes)) {
            return Optional.empty();
        }
        requests++;
        bytes += size;
        return Optional.of(new Place(size));
    }

    /** One request's share. */
    final class Place {
        private long size;
        private boolean worked;
        private boolean left;

        private Place(long size) {
            this.size = size;
        }

        /** Whether there is room for the body as it came. */
        boolean holds(long length) {
            synchronized (Load.this) {
                long more = Math.max(0, length - size);
                if (more > 0 && requests > 1 && bytes + more > mostBytes) {
                    return false;
                }
                bytes += more;
                size += more;
                return true;
            }
        }

        /** From now on someone works for it, whether the caller still waits or not. */
        void work() {
            synchronized (Load.this) {
                worked = true;
            }
        }

        /** The answer is out, or the caller has gone. */
        void answered() {
            synchronized (Load.this) {
                if (!worked) {
                    leave();
                }
            }
        }

        /** Nobody works for it any more. */
        void leave() {
            synchronized (Load.this) {
                if (!left) {
                    left = true;
                    requests--;
                    bytes -= size;
                }
            }
        }
    }
}
