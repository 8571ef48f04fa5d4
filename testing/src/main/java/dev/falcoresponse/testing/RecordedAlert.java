package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An alert as Falcosidekick sent it, byte for byte, or a changed copy of it.
 *
 * @param headers the {@code ce-*} headers and the content type, in lower case
 * @param body Falco's JSON
 */
public record RecordedAlert(Map<String, String> headers, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/falco-events/";

    /** Alerts that people reported from the field, with made-up names. */
    private static final String CASES = "/field-cases/";

    public RecordedAlert {
        headers = Map.copyOf(headers);
    }

    /** The names of all recordings. */
    public static List<String> names() {
        return text(FOLDER + "names.txt").lines().toList();
    }

    /** The recording with this name. */
    public static RecordedAlert named(String name) {
        return new RecordedAlert(
                headers(text(FOLDER + name + ".http")),
                text(FOLDER + name.replace(".via-knative", "") + ".json").strip());
    }

    /** The alert of a case from the field, as if it were of now. */
    public static RecordedAlert fieldCase(String name) {
        Instant now = Instant.now();
        return new RecordedAlert(headers(text(CASES + name + ".http")), text(CASES + name + ".json"))
                .at(now)
                .withHeader("ce-knativearrivaltime", now.toString());
    }

    /** An alert about a shell that was opened in this pod just now. */
    public static RecordedAlert shellIn(Pod pod) {
        return named("terminal-shell-in-container-pod").at(Instant.now()).about(pod);
    }

    private static Map<String, String> headers(String head) {
        Map<String, String> headers = new TreeMap<>();
        head.lines()
                .map(line -> line.strip().split(": ?", 2))
                .filter(pair -> pair.length == 2)
                .filter(pair -> !List.of("Host", "Content-Length").contains(pair[0]))
                .forEach(pair -> headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1]));
        return headers;
    }

    private static String text(String name) {
        try (InputStream stream = RecordedAlert.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalArgumentException("There is no recorded alert " + name);
            }
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The alert with another time, in its body and in its {@code ce-time} header. */
    public RecordedAlert at(Instant time) {
        ObjectNode json = json();
        json.put("time", time.toString());
        return with(json).withHeader("ce-time", time.toString());
    }

    /** The alert about another pod: its namespace, name and first container. */
    public RecordedAlert about(Pod pod) {
        RecordedAlert named =
                about(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        return named.withField("container.id", id.replaceFirst(".*://", "").substring(0, 12));
    }

    /** The alert about a pod with another name; the container id is unchanged. */
    public RecordedAlert about(String namespace, String pod) {
        return json().path("source").asText().equals("k8s_audit")
                ? withField("ka.target.namespace", namespace).withField("ka.target.name", pod)
                : withField("k8s.ns.name", namespace).withField("k8s.pod.name", pod);
    }

    /** The alert with a changed output field; {@code null} removes the field. */
    public RecordedAlert withField(String field, @Nullable String value) {
        ObjectNode json = json();
        ObjectNode fields = json.withObjectProperty("output_fields");
        if (value == null) {
            fields.remove(field);
        } else {
            fields.put(field, value);
        }
        return with(json);
    }

    /** The alert with a changed top-level member of its body. */
    public RecordedAlert with(String member, String value) {
        ObjectNode json = json();
        json.put(member, value);
        return with(json);
    }

    /** The alert with a changed header. */
    public RecordedAlert withHeader(String name, String value) {
        Map<String, String> changed = new TreeMap<>(headers);
        changed.put(name, value);
        return new RecordedAlert(changed, body);
    }

    /** The alert with another body. */
    public RecordedAlert withBody(String text) {
        return new RecordedAlert(headers, text);
    }

    /** A top-level member of the body, for example {@code rule}. */
    public String member(String member) {
        return json().path(member).asText();
    }

    private ObjectNode json() {
        try {
            return (ObjectNode) JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RecordedAlert with(ObjectNode json) {
        return withBody(json.toString());
    }

    /** The event as a structured-mode CloudEvent: attributes and data in one JSON document. */
    public String structured() {
        ObjectNode event = JSON.createObjectNode();
        headers.forEach((name, value) -> {
            if (name.startsWith("ce-")) {
                event.put(name.substring("ce-".length()), value);
            }
        });
        event.put("datacontenttype", "application/json");
        event.set("data", json());
        return event.toString();
    }
}
