package dev.falcoresponse.reply;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Denied;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Outcome.Rejected;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Delivery.Form;
import dev.falcoresponse.event.PodReference;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Turns a record into the answer: the status is an instruction to the broker, the form is the one that came in. */
public final class Replies {
    private static final JsonFormat STRUCTURED = new JsonFormat();

    private Replies() {}

    public static Reply to(Form form, ResponseRecord done, String recordJson) {
        return switch (done.outcome()) {
            case Acted _, Previewed _, Skipped _, Denied _ -> event(form, done, recordJson);
            case Rejected rejected -> problem(rejected.status(), done, challenge(rejected));
            case Failed failed -> problem(failed.worthRepeating() ? 503 : 422, done, retryAfter(failed));
        };
    }

    private static Reply event(Form form, ResponseRecord done, String recordJson) {
        byte[] record = recordJson.getBytes(US_ASCII);
        return switch (form) {
            case PLAIN -> new Reply(200, Map.of("Content-Type", "application/json"), record);
            case BINARY -> new Reply(200, headers(cloudEvent(done, record)), record);
            case STRUCTURED ->
                new Reply(
                        200,
                        Map.of("Content-Type", JsonFormat.CONTENT_TYPE),
                        STRUCTURED.serialize(cloudEvent(done, record)));
        };
    }

    private static CloudEvent cloudEvent(ResponseRecord done, byte[] record) {
        Outcome outcome = done.outcome();
        Alert alert = done.alert().orElseThrow();
        PodReference pod = alert.pod();
        CloudEventBuilder builder = CloudEventBuilder.v1()
                .withId(attribute(alert.eventId()) + "/" + done.action())
                .withSource(URI.create("/falco-response/" + done.action()))
                .withType("falco.response." + done.action() + ".v1")
                .withTime(done.finishedAt().atOffset(ZoneOffset.UTC))
                .withExtension("action", done.action())
                .withExtension("outcome", outcome.text())
                .withExtension("reason", outcome.reason().text())
                .withData("application/json", record);
        if (pod.isName()) {
            builder.withSubject(attribute(pod.toString()));
        }
        Map.of("rule", alert.rule(), "priority", alert.priority(), "eventsource", alert.source())
                .forEach((name, value) -> {
                    if (!value.isEmpty()) {
                        builder.withExtension(name, attribute(value));
                    }
                });
        return builder.build();
    }

    private static Map<String, String> headers(CloudEvent event) {
        Map<String, String> headers = new HashMap<>();
        for (String name : event.getAttributeNames()) {
            headers.put("ce-" + name, header(String.valueOf(event.getAttribute(name))));
        }
        for (String name : event.getExtensionNames()) {
            headers.put("ce-" + name, header(String.valueOf(event.getExtension(name))));
        }
        headers.remove("ce-datacontenttype");
        headers.put("Content-Type", "application/json");
        return headers;
    }

    /** RFC 9110: a 401 says how one shows who one is. */
    private static Map<String, String> challenge(Rejected rejected) {
        return rejected.status() == 401 ? Map.of("WWW-Authenticate", "Bearer") : Map.of();
    }

    private static Map<String, String> retryAfter(Failed failed) {
        return failed.retryAfter()
                .map(time -> Map.of("Retry-After", Long.toString(time.toSeconds())))
                .orElse(Map.of());
    }

    /** RFC 9457; without a URI of its own, a problem's type is {@code about:blank} and may be left out. */
    private static Reply problem(int status, ResponseRecord done, Map<String, String> headers) {
        ObjectNode problem = JsonNodeFactory.instance
                .objectNode()
                .put("title", done.outcome().text())
                .put("status", status)
                .put("detail", done.outcome().message())
                .put("action", done.action())
                .put("outcome", done.outcome().text())
                .put("reason", done.outcome().reason().text());
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/problem+json");
        return new Reply(status, all, problem.toString().getBytes(UTF_8));
    }

    /** Neither CloudEvents nor HTTP allow control characters in an attribute; DEL and C1 count among them. */
    private static String attribute(String text) {
        return text.replaceAll("\\p{Cc}", " ");
    }

    /** Raw UTF-8, a byte a character: no broker decodes a header before it compares. */
    private static String header(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }
}
