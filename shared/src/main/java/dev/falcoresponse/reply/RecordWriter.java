package dev.falcoresponse.reply;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a record as flat JSON: every field, always in the same order, {@code null} for what is not known. */
public final class RecordWriter {
    private static final PodReference NO_POD = new PodReference("", "", "", "", "");
    private static final Alert NO_ALERT =
            new Alert(Map.of(), "", Instant.EPOCH, "", "", "", "", List.of(), NO_POD, new byte[0], "", Map.of());

    // ASCII alone: whatever an event holds, a log line stays one line and a terminal obeys none of it
    private static final JsonFactory JSON =
            new ObjectMapper().getFactory().configure(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature(), true);

    private RecordWriter() {}

    /** The record in one line of ASCII. */
    public static String write(ResponseRecord done) {
        StringWriter text = new StringWriter(1024);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            writeOutcome(json, done);
            writeAlert(json, done);
            writePod(json, done);
            json.writeStringField("startedAt", done.startedAt().toString());
            json.writeStringField("finishedAt", done.finishedAt().toString());
            json.writePOJOField("details", details(done));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** What the action tells, and where the evidence is that the event came with. */
    private static Map<String, Object> details(ResponseRecord done) {
        String evidence = done.alert().map(Alert::evidence).orElse("");
        if (evidence.isEmpty()) {
            return done.outcome().details();
        }
        Map<String, Object> details = new TreeMap<>(done.outcome().details());
        details.put("evidence", evidence);
        return details;
    }

    private static void writeOutcome(JsonGenerator json, ResponseRecord done) throws IOException {
        text(json, "action", done.action());
        text(json, "outcome", done.outcome().text());
        text(json, "reason", done.outcome().reason().text());
        text(json, "message", done.outcome().message());
        json.writeBooleanField("dryRun", done.dryRun());
    }

    private static void writeAlert(JsonGenerator json, ResponseRecord done) throws IOException {
        Alert alert = done.alert().orElse(NO_ALERT);
        text(json, "rule", alert.rule());
        text(json, "priority", alert.priority());
        text(json, "source", alert.source());
        text(json, "hostname", alert.hostname());
        json.writePOJOField("tags", alert.tags());
        text(json, "eventId", alert.eventId());
        text(json, "eventTime", done.alert().map(each -> each.time().toString()).orElse(""));
    }

    private static void writePod(JsonGenerator json, ResponseRecord done) throws IOException {
        PodReference pod = done.alert().map(Alert::pod).orElse(NO_POD);
        text(json, "namespace", pod.namespace());
        text(json, "pod", pod.name());
        text(json, "podUid", done.podUid());
        text(json, "node", done.node());
        text(json, "container", pod.container());
        text(json, "containerId", pod.containerId());
        text(json, "owner", done.owner());
    }

    private static void text(JsonGenerator json, String name, String value) throws IOException {
        if (value.isEmpty()) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, value);
        }
    }
}
