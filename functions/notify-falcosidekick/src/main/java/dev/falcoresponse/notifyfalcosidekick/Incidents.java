package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.action.OutcomeException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells people in one message what several actions answered to the same alert, and each of it once. The deliveries wait for each
 * other and are answered together, so that the broker repeats them all when the message was not accepted or this replica ended.
 * Thread-safe.
 */
final class Incidents {
    /** When more deliveries would wait, the oldest incident is told: there must be room for what does not wait. */
    private static final int MAX_WAITING = 10;

    private final Falcosidekick falcosidekick;
    private final Duration window;
    private final ToldMessages told = new ToldMessages();

    /** Those that further messages can join, by their names, the oldest first. */
    private final SequencedMap<String, Incident> open = new LinkedHashMap<>();

    /** The keys of messages that are on their way alone. */
    private final Set<String> sending = new HashSet<>();

    private int waiting;

    /**
     * No incidents yet.
     *
     * @param window for how long after the first answer to an alert further ones join its message; zero: not at all
     */
    Incidents(Falcosidekick falcosidekick, Duration window) {
        this.falcosidekick = falcosidekick;
        this.window = window;
    }

    /**
     * Tells a message, alone or with the others of its incident.
     *
     * @return {@code false} when people were told already
     * @throws OutcomeException as failed when it was not accepted
     */
    boolean tell(Message message) throws OutcomeException {
        if (told.contains(message)) {
            return false;
        }
        if (window.isZero() || message.incident().isEmpty()) {
            return tellAlone(message);
        }
        Incident incident;
        boolean first;
        synchronized (this) {
            incident = open.computeIfAbsent(message.incident(), _ -> new Incident());
            first = incident.add(message);
            makeRoom();
        }
        incident.awaitEnd();
        synchronized (this) {
            waiting--;
            open.remove(message.incident(), incident);
        }
        return incident.tell().contains(message.key()) && first;
    }

    /** The same message from another delivery waits for this one: if this is not accepted, that one tries. */
    private boolean tellAlone(Message message) throws OutcomeException {
        if (!begin(message)) {
            return false;
        }
        try {
            falcosidekick.post(message);
            told.add(message);
            return true;
        } finally {
            synchronized (this) {
                sending.remove(message.key());
                notifyAll();
            }
        }
    }

    private synchronized boolean begin(Message message) {
        while (!told.contains(message)) {
            if (sending.add(message.key())) {
                return true;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted", e);
            }
        }
        return false;
    }

    private void makeRoom() {
        if (++waiting > MAX_WAITING && !open.isEmpty()) {
            open.pollFirstEntry().getValue().end();
        }
    }

    /** Messages that are told together. None is added after the first delivery has left. */
    private final class Incident {
        private final long end = System.nanoTime() + window.toNanos();
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Map<String, Message> messages = new LinkedHashMap<>();
        private @Nullable Set<String> toldKeys;
        private @Nullable OutcomeException failure;

        /** Adds a message, unless there is one that tells the same. */
        synchronized boolean add(Message message) {
            return messages.putIfAbsent(message.key(), message) == null;
        }

        void end() {
            ended.countDown();
        }

        void awaitEnd() {
            try {
                boolean _ = ended.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the function ends: it is not told, and the broker repeats it
            }
        }

        /** The first delivery tells it for all; all get the same answer: the keys of what people did not know yet. */
        synchronized Set<String> tell() throws OutcomeException {
            if (failure != null) {
                throw failure;
            }
            if (toldKeys == null) {
                List<Message> untold = messages.values().stream()
                        .filter(each -> !told.contains(each))
                        .toList();
                if (!untold.isEmpty()) {
                    try {
                        falcosidekick.post(Message.together(untold));
                    } catch (OutcomeException e) {
                        failure = e;
                        throw e;
                    }
                    untold.forEach(told::add);
                }
                toldKeys = untold.stream().map(Message::key).collect(Collectors.toSet());
            }
            return toldKeys;
        }
    }
}
