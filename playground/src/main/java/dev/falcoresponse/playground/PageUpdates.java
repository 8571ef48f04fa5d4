package dev.falcoresponse.playground;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Notifies every open page of changes. A notification that a page has not read yet is not repeated. */
final class PageUpdates {
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();

    /** The notifications for one open page. */
    final class Subscription implements AutoCloseable {
        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

        /** Waits for the next notification; returns "alive" every 5 seconds, so that a closed connection is noticed. */
        String next() throws InterruptedException {
            String update = queue.poll(5, TimeUnit.SECONDS);
            return update == null ? "alive" : update;
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }

    Subscription subscribe() {
        Subscription subscription = new Subscription();
        subscriptions.add(subscription);
        return subscription;
    }

    boolean hasSubscriptions() {
        return !subscriptions.isEmpty();
    }

    void publish(String update) {
        for (Subscription subscription : subscriptions) {
            if (!subscription.queue.contains(update)) {
                subscription.queue.add(update);
            }
        }
    }
}
