package dev.falcoresponse.playground;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Tells every open page that something is new. A page that is slow hears it once: it asks for the whole anyway. */
final class News {
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();

    /** One open page. */
    final class Listener implements AutoCloseable {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        /** What is new; a word without meaning now and then, so that a page that is gone is noticed. */
        String next() throws InterruptedException {
            String word = words.poll(5, TimeUnit.SECONDS);
            return word == null ? "alive" : word;
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }

    Listener listen() {
        Listener listener = new Listener();
        listeners.add(listener);
        return listener;
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    /** Tells it, unless it is still to be heard. */
    void tell(String word) {
        for (Listener listener : listeners) {
            if (!listener.words.contains(word)) {
                listener.words.add(word);
            }
        }
    }
}
