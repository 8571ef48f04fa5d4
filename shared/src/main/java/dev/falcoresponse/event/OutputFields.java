package dev.falcoresponse.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Falco's output fields. Falcosidekick up to 2.34.1 lets its outputs share them: beside Elasticsearch or PagerDuty they may arrive with
 * flattened names, {@code k8s_pod_name} for {@code k8s.pod.name}.
 */
final class OutputFields {
    /** All names with a dot that functions read. */
    private static final List<String> NAMES = List.of(
            "container.id",
            "container.name",
            "fd.cip",
            "fd.lip",
            "fd.name",
            "fd.rip",
            "fd.sip",
            "k8s.cluster.name",
            "k8s.ns.name",
            "k8s.pod.name",
            "k8s.pod.sandbox_id",
            "k8s.pod.uid",
            "k8smeta.ns.name",
            "k8smeta.pod.name",
            "k8smeta.pod.uid",
            "ka.cluster.name",
            "ka.resp.name",
            "ka.target.name",
            "ka.target.namespace",
            "ka.target.resource",
            "ka.user.groups",
            "ka.user.name");

    private OutputFields() {}

    /** The fields of an alert, under the names that Falco gave them. */
    static JsonObject in(JsonObject body) throws UnreadableException {
        JsonObject fields = body.object("output_fields");
        ObjectNode named = (ObjectNode) fields.node();
        for (String name : NAMES) {
            JsonNode flattened = named.path(name.replace('.', '_'));
            if (!flattened.isMissingNode()) {
                named.putIfAbsent(name, flattened);
            }
        }
        return fields;
    }
}
