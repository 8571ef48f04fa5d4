package dev.falcoresponse.playground;

import static dev.falcoresponse.playground.PageContent.required;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.testing.FunctionProcess;
import java.time.Duration;
import java.util.List;

/** What a function would answer to alerts that no Trigger gives to it: a process of its own, which only previews, is asked. */
final class WhatIf {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A function writes a Kubernetes Event a second after its answer; before, the process is killed. */
    private static final Duration PATIENCE = Duration.ofMillis(700);

    private WhatIf() {}

    /** The answers in the order of the alerts: to the first, and to as many as there is time for. */
    static JsonNode ask(Functions functions, JsonNode request, List<SentAlert> alerts) {
        String function = required(request, "function");
        if (function.equals(Functions.NOTIFY)) {
            throw new IllegalArgumentException(function + " is no response to an alert");
        }
        ObjectNode result = JSON.createObjectNode().put("alerts", alerts.size());
        ArrayNode answers = result.putArray("answers");
        try (FunctionProcess preview = functions.preview(function);
                Broker broker = functions.alertsTo(function, preview)) {
            long started = System.nanoTime();
            for (SentAlert alert : alerts) {
                if (!answers.isEmpty() && System.nanoTime() - started > PATIENCE.toNanos()) {
                    break;
                }
                for (Answer answer : broker.send(alert.event()).answers()) {
                    answers.add(History.answer(answer).put("from", alert.from()));
                }
            }
            preview.kill();
        }
        return result;
    }
}
