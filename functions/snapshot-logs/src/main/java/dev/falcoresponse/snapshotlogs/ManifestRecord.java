package dev.falcoresponse.snapshotlogs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.event.Alert;
import java.time.Instant;
import java.util.Map;

/** The part of the record that is known when the manifest is written, under the same names. */
final class ManifestRecord {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ManifestRecord() {}

    static ObjectNode of(
            Alert alert, ObjectReference pod, String message, Map<String, Object> details, Instant started) {
        ObjectNode record = JSON.createObjectNode()
                .put("action", SnapshotLogs.NAME)
                .put("outcome", "acted")
                .put("reason", SnapshotLogs.CAPTURED.text())
                .put("message", message)
                .put("rule", alert.rule())
                .put("priority", alert.priority())
                .put("source", alert.source())
                .put("hostname", alert.hostname())
                .put("eventId", alert.id())
                .put("eventTime", alert.time().toString())
                .put("namespace", pod.namespace())
                .put("pod", pod.name())
                .put("podUid", pod.uid())
                .put("node", pod.node())
                .put("container", alert.pod().container())
                .put("containerId", alert.pod().containerId())
                .put("owner", pod.owner())
                .put("startedAt", started.toString())
                .put("finishedAt", Instant.now().toString());
        record.set("tags", JSON.valueToTree(alert.tags()));
        record.set("details", JSON.valueToTree(details));
        return record;
    }
}
