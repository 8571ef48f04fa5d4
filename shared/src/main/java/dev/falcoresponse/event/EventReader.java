package dev.falcoresponse.event;

import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a delivery in any of its forms; what it cannot read it refuses with a sentence that says where. */
public final class EventReader {
    private static final String FALCO_ALERT = "falco.rule.output.v1";
    private static final Pattern RESPONSE = Pattern.compile("falco\\.response\\.([a-z0-9-]+)\\.v1");
    private static final PodReference NO_POD = new PodReference("", "", "", "", "");
    /** The action whose replies others wait for before they destroy. */
    private static final String EVIDENCE = "snapshot-logs";

    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");

    private final String action;
    private final boolean changes;
    private final Set<String> requests;
    private final Set<String> ticks;
    private final InstantSource clock;

    /**
     * A reader for one function.
     *
     * @param action the function's own, whose replies are refused: they would go round for ever
     * @param changes whether it changes anything: then evidence must be whole before it does
     * @param requests the types of CloudEvents with which people ask for the action on one pod
     * @param ticks the types of CloudEvents that ask for all that is due, whatever their data
     */
    public EventReader(String action, boolean changes, Set<String> requests, Set<String> ticks, InstantSource clock) {
        this.action = action;
        this.changes = changes;
        this.requests = Set.copyOf(requests);
        this.ticks = Set.copyOf(ticks);
        this.clock = clock;
    }

    /**
     * The alert in a delivery.
     *
     * @throws UnreadableException when it holds none that this function takes
     */
    public Alert read(Delivery delivery) throws UnreadableException {
        return switch (delivery.form()) {
            case PLAIN -> falcoAlert(Json.parse(delivery.body()), Map.of(), delivery.body());
            case BINARY -> cloudEvent(delivery.attributes(), Json.parse(delivery.body()), delivery.body());
            case STRUCTURED -> {
                Json envelope = Json.parse(delivery.body());
                yield cloudEvent(attributes(envelope), envelope.data(), delivery.body());
            }
        };
    }

    private static Map<String, String> attributes(Json envelope) throws UnreadableException {
        Map<String, String> attributes = new HashMap<>();
        for (String name : List.of("specversion", "id", "source", "type", "time")) {
            attributes.put(name, envelope.text(name));
        }
        return attributes;
    }

    private Alert cloudEvent(Map<String, String> attributes, Json data, byte[] body) throws UnreadableException {
        for (String name : REQUIRED) {
            if (attributes.getOrDefault(name, "").isBlank()) {
                throw new UnreadableException("The CloudEvent has no " + name);
            }
            Json.requireShort(name, attributes.getOrDefault(name, ""));
        }
        if (!attributes.getOrDefault("specversion", "").equals("1.0")) {
            throw new UnreadableException("The CloudEvent's specversion is not 1.0");
        }
        String type = attributes.getOrDefault("type", "");
        if (type.equals(FALCO_ALERT)) {
            return falcoAlert(data, attributes, body);
        }
        if (ticks.contains(type)) {
            return bare(attributes, NO_POD);
        }
        if (requests.contains(type)) {
            return bare(
                    attributes,
                    new PodReference(required(data, "namespace"), required(data, "pod"), data.text("podUid"), "", ""));
        }
        Matcher response = RESPONSE.matcher(type);
        if (!response.matches()) {
            throw new UnreadableException("The CloudEvent's type is neither " + FALCO_ALERT
                    + " nor falco.response.<action>.v1: " + Json.cut(type));
        }
        return record(data, response.group(1), type, body);
    }

    /** An event that is about no alert; one without a time is of now. */
    private Alert bare(Map<String, String> attributes, PodReference pod) throws UnreadableException {
        String time = attributes.getOrDefault("time", "");
        return Alert.request(
                attributes.getOrDefault("type", ""),
                attributes.getOrDefault("id", ""),
                time.isEmpty() ? clock.instant() : time("time", time),
                "",
                pod);
    }

    private static Alert falcoAlert(Json body, Map<String, String> attributes, byte[] bytes)
            throws UnreadableException {
        String source = body.text("source");
        String rule = required(body, "rule");
        Json fields = body.object("output_fields");
        return new Alert(
                attributes.getOrDefault("type", ""),
                body.text("uuid", attributes.getOrDefault("id", "")),
                time("time", body.text("time", attributes.getOrDefault("time", ""))),
                rule,
                body.text("priority"),
                source,
                body.text("hostname"),
                body.texts("tags"),
                pod(fields, source),
                bytes,
                "",
                fields.sensibleTexts());
    }

    /** Another action's record names the pod and the alert that it answered: the chain goes on with both. */
    private Alert record(Json body, String sender, String type, byte[] bytes) throws UnreadableException {
        if (sender.equals(action) || body.text("action").equals(action)) {
            throw new UnreadableException("This is " + action + "'s own reply: a Trigger sends it in a loop");
        }
        if (!body.text("action").equals(sender)) {
            throw new UnreadableException("action is not the one in the CloudEvent's type");
        }
        return new Alert(
                type,
                body.text("eventId"),
                time("eventTime", body.text("eventTime")),
                required(body, "rule"),
                body.text("priority"),
                body.text("source"),
                body.text("hostname"),
                body.texts("tags"),
                new PodReference(
                        body.text("namespace"),
                        body.text("pod"),
                        body.text("podUid"),
                        body.text("container"),
                        body.text("containerId")),
                bytes,
                evidence(body, sender),
                Map.of());
    }

    /** Where an action has secured evidence; without it, or with half of it, nobody has leave to destroy the rest. */
    private String evidence(Json body, String sender) throws UnreadableException {
        Json details = body.object("details");
        boolean half = details.has("complete") && !details.isTrue("complete");
        boolean secured =
                body.text("outcome").equals("acted") || body.text("reason").equals("already-done");
        if (changes && (half || (sender.equals(EVIDENCE) && !secured))) {
            throw new UnreadableException("The evidence is not complete: nothing must follow from it");
        }
        return details.text("location", details.text("evidence"));
    }

    private static PodReference pod(Json fields, String source) throws UnreadableException {
        List<PodReference> given = new ArrayList<>();
        given.add(pod(fields, fields.text("k8s.ns.name"), fields.text("k8s.pod.name")));
        given.add(pod(fields, fields.text("k8smeta.ns.name"), fields.text("k8smeta.pod.name")));
        // the target of an audit event can be of any kind: only a pod's name is one
        if (source.equals("k8s_audit") && fields.text("ka.target.resource").equals("pods")) {
            String name = fields.text("ka.target.name", fields.text("ka.resp.name"));
            given.add(pod(fields, fields.text("ka.target.namespace"), name));
        }
        return given.stream()
                .filter(PodReference::isComplete)
                .findFirst()
                .or(() -> given.stream().filter(pod -> !pod.isEmpty()).findFirst())
                .orElseGet(given::getFirst);
    }

    private static PodReference pod(Json fields, String namespace, String name) throws UnreadableException {
        return new PodReference(
                namespace,
                name,
                fields.text("k8s.pod.uid", fields.text("k8smeta.pod.uid")),
                fields.text("container.name"),
                fields.text("container.id"));
    }

    private static String required(Json body, String key) throws UnreadableException {
        String text = body.text(key);
        if (text.isEmpty()) {
            throw new UnreadableException(key + " is missing");
        }
        return text;
    }

    private static Instant time(String key, String text) throws UnreadableException {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new UnreadableException(
                    key + (text.isEmpty() ? " is missing" : " is not a time as RFC 3339 writes it"));
        }
    }
}
