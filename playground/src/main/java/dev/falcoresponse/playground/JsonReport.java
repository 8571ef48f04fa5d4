package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.ClusterChanges.Change;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.DeadLetter;
import dev.falcoresponse.playground.broker.EventTrace;
import java.io.PrintStream;
import java.util.List;

/** Prints one line of JSON per alert, for scripts. */
final class JsonReport implements Report {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final PrintStream out;

    JsonReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public void add(SentAlert alert, EventTrace trace, List<Change> changes) {
        ObjectNode line = JSON.createObjectNode();
        line.putObject("alert")
                .put("rule", alert.rule())
                .put("eventId", alert.eventId())
                .put("from", alert.from());
        trace.triggers().forEach(line.putArray("triggers")::add);
        trace.answers().forEach(each -> answer(line.withArray("answers"), each));
        line.withArray("answers");
        line.putNull("deadLetter");
        if (!trace.deadLetters().isEmpty()) {
            trace.deadLetters().forEach(each -> deadLetter(line.putArray("deadLetter"), each));
        }
        ArrayNode changed = line.putArray("changes");
        changes.forEach(change -> changed.add(JSON.<JsonNode>valueToTree(change)));
        try {
            out.println(JSON.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(ArrayNode answers, Answer answer) {
        ObjectNode node = answers.addObject()
                .put("function", answer.function())
                .put("trigger", answer.trigger())
                .put("status", answer.status())
                .put("attempts", answer.attempts());
        node.set(answer.isSuccess() ? "record" : "problem", json(answer.body()));
    }

    private static void deadLetter(ArrayNode letters, DeadLetter letter) {
        letters.addObject()
                .put("trigger", letter.trigger())
                .put("sink", letter.sink())
                .put("eventId", letter.eventId())
                .put("knativeerrorcode", letter.code())
                .put("knativeerrordest", letter.destination())
                .set("knativeerrordata", json(letter.data()));
    }

    /** The text as JSON; a text that is not JSON becomes a JSON string. */
    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    @Override
    public void end() {
        out.flush();
    }
}
