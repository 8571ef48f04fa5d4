package dev.falcoresponse.snapshotlogs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.event.Alert;
import io.fabric8.kubernetes.api.model.Pod;

/** Keys of objects. Any text becomes one part of a path. */
final class ObjectKeys {
    private static final int MAX = 128;

    private ObjectKeys() {}

    /** The prefix for one alert about one pod: {@code <namespace>/<pod>/<uid>/<event id>/}. */
    static String prefix(Alert alert, Pod pod) {
        var meta = pod.getMetadata();
        String event = alert.id().isEmpty() ? Digests.sha256(alert.event().data()) : alert.id();
        return part(meta.getNamespace()) + "/" + part(meta.getName()) + "/" + part(meta.getUid()) + "/" + part(event)
                + "/";
    }

    /** One part of a path. A text that had to be changed gets a digest, so that two texts never become one. */
    static String part(String text) {
        String harmless = text.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.", "_");
        String cut = harmless.length() > MAX ? harmless.substring(0, MAX) : harmless;
        return cut.equals(text) && !cut.isEmpty()
                ? cut
                : cut + "~" + Digests.sha256(text.getBytes(UTF_8)).substring(0, 16);
    }
}
