package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Notification;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The fields and tags that all messages have. */
final class Fields {
    private final SortedMap<String, String> values = new TreeMap<>();

    Fields(Alert event, String action, String outcome) {
        put("response.action", action);
        put("response.outcome", outcome);
        put("response.rule", event.rule());
        put("response.priority", event.priority());
        put("response.event_id", event.id());
        put("response.event_time", event.time().toString());
        put("k8s.ns.name", event.pod().namespace());
        put("k8s.pod.name", event.pod().name());
        put("k8s.pod.uid", event.pod().uid());
        put("container.name", event.pod().container());
        put("container.id", event.pod().containerId());
    }

    void put(String name, String value) {
        putWhole(name, Message.cut(value));
    }

    /** A value whose length the caller has limited. */
    void putWhole(String name, String value) {
        if (!value.isEmpty()) {
            values.put(name, value);
        }
    }

    SortedMap<String, String> values() {
        return values;
    }

    static SortedSet<String> tags(Alert event, String action, String outcome) {
        SortedSet<String> tags = new TreeSet<>(event.tags());
        tags.add(Notification.SOURCE);
        tags.add(outcome);
        if (!action.isEmpty()) {
            tags.add(action);
        }
        return tags;
    }
}
