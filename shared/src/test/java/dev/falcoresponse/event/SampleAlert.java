package dev.falcoresponse.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Alerts as Falcosidekick sends them: a shell in pod shop/web-0, unless a test says otherwise. */
public final class SampleAlert {
    /** When Falco saw it. */
    public static final Instant TIME = Instant.parse("2026-11-26T07:00:00.123456789Z");

    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, Object> body = new LinkedHashMap<>();
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final Map<String, String> attributes = new HashMap<>();

    private SampleAlert() {
        body.put("uuid", "0b7d3d0e-5c1f-4f0b-9a61-0d1c6a4f7a01");
        body.put("priority", "Notice");
        body.put("rule", "Terminal shell in container");
        body.put("time", TIME.toString());
        body.put("source", "syscall");
        body.put("tags", List.of("container", "shell"));
        body.put("hostname", "worker-7");
        attributes.put("id", "f0b7b8c1-6a0c-4d63-8f0f-2f5f3c2d7a01");
        attributes.put("type", FalcoAlerts.TYPE);
        attributes.put("source", "https://falco.org");
        attributes.put("time", TIME.toString());
    }

    /** The alert with an approval of that time. */
    public static Alert approved(Alert alert, Instant at) {
        return alert.approved(new Approval("alice", at, "uid-1", "digest"));
    }

    /** An alert without any output fields. */
    public static SampleAlert bare() {
        return new SampleAlert();
    }

    /** An alert that names a pod, and nothing that proves it. */
    public static SampleAlert about(String namespace, String pod) {
        return bare().field("k8s.ns.name", namespace).field("k8s.pod.name", pod);
    }

    /** Sets a member of the body. */
    public SampleAlert with(String member, Object value) {
        body.put(member, value);
        return this;
    }

    /** Leaves a member of the body out. */
    public SampleAlert without(String member) {
        body.remove(member);
        return this;
    }

    /** Sets an output field. */
    public SampleAlert field(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    /** Sets an attribute or extension of the CloudEvent. */
    public SampleAlert attribute(String name, String value) {
        attributes.put(name, value);
        return this;
    }

    /** Sets the time of the alert. */
    public SampleAlert at(Instant time) {
        return with("time", time.toString());
    }

    /** The CloudEvent. */
    public ReceivedEvent event() {
        body.put("output_fields", fields);
        try {
            return new ReceivedEvent(attributes, JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The alert as it is read. */
    public Alert read() {
        try {
            return FalcoAlerts.read(event());
        } catch (UnreadableException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A CloudEvent of any type. */
    public static ReceivedEvent event(String type, String data) {
        return new ReceivedEvent(Map.of("id", "ce-1", "type", type, "source", "test"), data.getBytes(UTF_8));
    }
}
