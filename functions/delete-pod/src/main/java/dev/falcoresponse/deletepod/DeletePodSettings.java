package dev.falcoresponse.deletepod;

import dev.falcoresponse.settings.SettingReader;
import java.time.Duration;

/**
 * How a pod is taken away.
 *
 * @param gracePeriod how long its containers may take to end, in whole seconds; 0 leaves them running unwatched
 */
record DeletePodSettings(Mode mode, Duration gracePeriod) {
    enum Mode {
        /** At once. */
        DELETE,
        /** Only as far as PodDisruptionBudgets allow. */
        EVICT
    }

    static DeletePodSettings read(SettingReader reader) {
        return new DeletePodSettings(
                reader.value("delete-pod.mode", Mode.DELETE, DeletePodSettings::mode),
                reader.wholeSeconds("delete-pod.grace-period", Duration.ofSeconds(5)));
    }

    private static Mode mode(String text) {
        return switch (text) {
            case "delete" -> Mode.DELETE;
            case "evict" -> Mode.EVICT;
            default -> throw new IllegalArgumentException("it is neither delete nor evict");
        };
    }
}
