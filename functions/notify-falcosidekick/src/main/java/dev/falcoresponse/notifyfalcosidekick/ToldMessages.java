package dev.falcoresponse.notifyfalcosidekick;

import java.util.LinkedHashSet;
import java.util.Set;

/** The last messages that people were told, in this replica's memory. Thread-safe. */
final class ToldMessages {
    private static final int MAX = 10_000;

    private final Set<String> keys = new LinkedHashSet<>();

    synchronized boolean contains(Message message) {
        return keys.contains(message.key());
    }

    synchronized void add(Message message) {
        if (keys.size() >= MAX) {
            keys.remove(keys.iterator().next());
        }
        keys.add(message.key());
    }
}
