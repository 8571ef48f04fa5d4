package dev.falcoresponse.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what Falco raised: Falcosidekick's CloudEvent or plain JSON. */
public final class FalcoAlerts {
    public static final String TYPE = "falco.rule.output.v1";

    /** The output fields that may name the cluster of an alert. */
    public static final List<String> CLUSTER = List.of("ka.cluster.name", "k8s.cluster.name", "cluster");

    private static final String AUDIT = "k8s_audit";

    private FalcoAlerts() {}

    /**
     * The alert in a CloudEvent of {@link #TYPE}.
     *
     * @throws LoopException when it is one of our own notifications
     * @throws UnreadableException when it is no alert
     */
    public static Alert read(ReceivedEvent event) throws UnreadableException {
        Alert alert = readAny(event);
        Notification.refuse(alert.rule(), alert.source());
        return alert;
    }

    /**
     * The alert in an event of any type; it may be one of our own notifications.
     *
     * @throws UnreadableException when it is no alert
     */
    public static Alert readAny(ReceivedEvent event) throws UnreadableException {
        JsonObject body = JsonObject.parse(event.data());
        String source = body.text("source");
        String rule = body.required("rule");
        JsonObject fields = OutputFields.in(body);
        return new Alert(
                body.text("uuid", event.attribute("id")),
                Times.parse("time", body.text("time", event.attribute("time"))),
                rule,
                body.text("priority"),
                source,
                body.text("hostname"),
                body.texts("tags"),
                pod(fields, source),
                texts(fields),
                source.equals(AUDIT) ? Optional.of(AuditedUser.in(fields)) : Optional.empty(),
                Optional.empty(),
                event,
                Optional.empty());
    }

    /** A cluster's name counts in whatever form it is given: one that is no short text is certainly not this cluster's. */
    private static Map<String, String> texts(JsonObject fields) {
        Map<String, String> texts = fields.shortTexts();
        for (String name : CLUSTER) {
            JsonNode given = fields.node().path(name);
            if (!given.isMissingNode()
                    && !given.isNull()
                    && !(given.isTextual() && given.textValue().length() <= JsonObject.MAX_TEXT)) {
                texts.put(name, StrictJson.cut(given.toString()));
            }
        }
        return texts;
    }

    /** The first complete name counts; else the first that is given at all. */
    private static PodReference pod(JsonObject fields, String source) throws UnreadableException {
        List<PodReference> named = List.of(
                named(fields, fields.text("k8s.ns.name"), fields.text("k8s.pod.name")),
                named(fields, fields.text("k8smeta.ns.name"), fields.text("k8smeta.pod.name")),
                audited(fields, source),
                docker(fields));
        return Stream.concat(
                        named.stream().filter(PodReference::isComplete),
                        named.stream().filter(pod -> !pod.isEmpty()))
                .findFirst()
                .orElseGet(named::getFirst);
    }

    private static PodReference named(JsonObject fields, String namespace, String name) throws UnreadableException {
        return reference(fields, namespace, name, fields.text("k8s.pod.uid", fields.text("k8smeta.pod.uid")));
    }

    /** The target of an audit event can be of any kind: it names a pod only when its resource is "pods". */
    private static PodReference audited(JsonObject fields, String source) throws UnreadableException {
        return source.equals(AUDIT) && fields.text("ka.target.resource").equals("pods")
                ? named(
                        fields,
                        fields.text("ka.target.namespace"),
                        fields.text("ka.target.name", fields.text("ka.resp.name")))
                : named(fields, "", "");
    }

    /** Docker names a container {@code k8s_<container>_<pod>_<namespace>_<uid>_<n>}. */
    private static PodReference docker(JsonObject fields) throws UnreadableException {
        String[] parts = fields.text("container.name").split("_", -1);
        return parts.length == 6 && parts[0].equals("k8s")
                ? reference(fields, parts[3], parts[2], parts[4])
                : named(fields, "", "");
    }

    private static PodReference reference(JsonObject fields, String namespace, String name, String uid)
            throws UnreadableException {
        return new PodReference(
                namespace,
                name,
                uid,
                fields.text("container.name"),
                fields.text("container.id"),
                fields.text("k8s.pod.sandbox_id"));
    }
}
