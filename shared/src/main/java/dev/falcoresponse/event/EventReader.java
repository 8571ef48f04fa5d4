package dev.falcoresponse.event;

import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
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

    /** Knative's mark on what goes to a dead letter sink: the status of the last delivery. */
    private static final String UNDELIVERED = "knativeerrorcode";

    /** The outcomes to which there is a reply. */
    private static final List<String> REPLIED = List.of("acted", "previewed", "skipped", "denied");

    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");

    private final Taken taken;
    private final InstantSource clock;

    /**
     * What one function takes.
     *
     * @param action the function's own, whose replies are refused: they would go round for ever
     * @param alerts whether it answers alerts; otherwise what others replied to them, and what nobody could answer
     * @param changes whether it changes anything: then evidence must be whole before it does
     * @param requests the types of CloudEvents with which people ask for the action on one pod
     * @param ticks the types of CloudEvents that ask for all that is due, whatever their data
     */
    public record Taken(String action, boolean alerts, boolean changes, Set<String> requests, Set<String> ticks) {
        public Taken {
            requests = Set.copyOf(requests);
            ticks = Set.copyOf(ticks);
        }
    }

    public EventReader(Taken taken, InstantSource clock) {
        this.taken = taken;
        this.clock = clock;
    }

    /**
     * The alert in a delivery.
     *
     * @throws UnreadableException when it holds none that this function takes
     */
    public Alert read(Delivery delivery) throws UnreadableException {
        return switch (delivery.form()) {
            case PLAIN -> alert(Json.parse(delivery.body()), Map.of(), delivery.body());
            case BINARY -> {
                requireAttributes(delivery.attributes());
                yield isUndelivered(delivery.attributes())
                        ? undelivered(delivery.attributes(), delivery.body())
                        : cloudEvent(delivery.attributes(), Json.parse(delivery.body()), delivery.body());
            }
            case STRUCTURED -> {
                Json envelope = Json.parse(delivery.body());
                Map<String, String> attributes = attributes(envelope);
                requireAttributes(attributes);
                Json data = envelope.data();
                yield isUndelivered(attributes)
                        ? undelivered(attributes, data.bytes())
                        : cloudEvent(attributes, data, data.bytes());
            }
        };
    }

    private static Map<String, String> attributes(Json envelope) throws UnreadableException {
        Map<String, String> attributes = envelope.extensions();
        for (String name : List.of("specversion", "id", "source", "type", "time")) {
            attributes.put(name, envelope.text(name));
        }
        return attributes;
    }

    private boolean isUndelivered(Map<String, String> attributes) {
        return !taken.alerts() && attributes.containsKey(UNDELIVERED);
    }

    private static void requireAttributes(Map<String, String> attributes) throws UnreadableException {
        for (String name : REQUIRED) {
            String value = attributes.getOrDefault(name, "");
            if (value.isBlank()) {
                throw new UnreadableException("The CloudEvent has no " + name);
            }
            Json.requireShort(name, value);
        }
        if (!attributes.getOrDefault("specversion", "").equals("1.0")) {
            throw new UnreadableException("The CloudEvent's specversion is not 1.0");
        }
    }

    /** What no function could answer, perhaps because it cannot be read: what is known of it has to do. */
    private Alert undelivered(Map<String, String> attributes, byte[] body) throws UnreadableException {
        String type = attributes.getOrDefault("type", "");
        String sender = responder(type);
        try {
            if (type.equals(FALCO_ALERT)) {
                return falcoAlert(Json.parse(body), attributes, body);
            }
            if (!sender.isEmpty()) {
                return record(Json.parse(body), sender, attributes, body);
            }
        } catch (CircularException e) {
            throw e;
        } catch (UnreadableException e) {
            refuseNotification(attributes.getOrDefault("rule", ""), attributes.getOrDefault("eventsource", ""));
        }
        return Alert.bare(attributes, attributes.getOrDefault("id", ""), clock.instant(), NO_POD, body);
    }

    private Alert cloudEvent(Map<String, String> attributes, Json data, byte[] body) throws UnreadableException {
        String type = attributes.getOrDefault("type", "");
        if (type.equals(FALCO_ALERT)) {
            return alert(data, attributes, body);
        }
        if (taken.ticks().contains(type)) {
            return bare(attributes, NO_POD);
        }
        if (taken.requests().contains(type)) {
            return bare(
                    attributes,
                    new PodReference(required(data, "namespace"), required(data, "pod"), data.text("podUid"), "", ""));
        }
        String sender = responder(type);
        if (sender.isEmpty()) {
            throw new UnreadableException("The CloudEvent's type is neither " + FALCO_ALERT
                    + " nor falco.response.<action>.v1: " + Json.cut(type));
        }
        return record(data, sender, attributes, body);
    }

    /** The action that sends CloudEvents of this type; empty when none does. */
    private static String responder(String type) {
        Matcher response = RESPONSE.matcher(type);
        return response.matches() ? response.group(1) : "";
    }

    private void refuseOwn(String sender) throws UnreadableException {
        if (sender.equals(taken.action())) {
            throw new CircularException("This is " + sender + "'s own reply: a Trigger sends it in a loop");
        }
    }

    /** What people are told goes out through Falcosidekick, which hands it to everybody: it comes back as an alert. */
    private static void refuseNotification(String rule, String source) throws UnreadableException {
        if (rule.startsWith(Notification.RULE) || source.equals(Notification.SOURCE)) {
            throw new CircularException(
                    "This tells of a response and is no alert: whoever answered it would go round in circles");
        }
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

    private Alert alert(Json body, Map<String, String> attributes, byte[] bytes) throws UnreadableException {
        if (!taken.alerts()) {
            throw new UnreadableException(
                    "This is an alert: " + taken.action() + " takes replies of other actions, and dead letters");
        }
        return falcoAlert(body, attributes, bytes);
    }

    private static Alert falcoAlert(Json body, Map<String, String> attributes, byte[] bytes)
            throws UnreadableException {
        String source = body.text("source");
        String rule = required(body, "rule");
        refuseNotification(rule, source);
        Json fields = body.object("output_fields");
        return new Alert(
                attributes,
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
    private Alert record(Json body, String sender, Map<String, String> attributes, byte[] bytes)
            throws UnreadableException {
        refuseOwn(sender);
        refuseOwn(body.text("action"));
        if (!body.text("action").equals(sender)) {
            throw new UnreadableException("action is not the one in the CloudEvent's type");
        }
        if (!taken.alerts() && !REPLIED.contains(body.text("outcome"))) {
            throw new UnreadableException("outcome is none of " + String.join(", ", REPLIED));
        }
        return new Alert(
                attributes,
                body.text("eventId"),
                time("eventTime", body.text("eventTime")),
                // what a person asked for has none, and people are told of it too
                taken.alerts() ? required(body, "rule") : body.text("rule"),
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
        if (taken.changes() && (half || (sender.equals(EVIDENCE) && !secured))) {
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
