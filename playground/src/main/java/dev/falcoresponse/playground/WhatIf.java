package dev.falcoresponse.playground;

import static dev.falcoresponse.playground.PageContent.required;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.testing.FunctionProcess;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a function would answer to alerts that no Trigger gives to it: a process of its own, which only previews, is asked. */
final class WhatIf {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_ALERTS = 20;

    private WhatIf() {}

    /** The answers in the order of the alerts. */
    static JsonNode ask(Functions functions, JsonNode request, List<SentAlert> alerts, Consumer<String> progress) {
        String function = required(request, "function");
        if (function.equals(Functions.NOTIFY)) {
            throw new IllegalArgumentException(function + " is no response to an alert");
        }
        ArrayNode all = JSON.createArrayNode();
        try (FunctionProcess preview = functions.preview(function);
                Broker broker =
                        new Broker(RuleBook.alertsTo(function), Map.of(function, preview.uri()), List::of, progress)) {
            alerts.stream().limit(MAX_ALERTS).forEach(alert -> {
                for (Answer answer : broker.send(alert.event()).answers()) {
                    ObjectNode each = History.answer(answer);
                    all.add(each.put("from", alert.from()));
                }
            });
        }
        return all;
    }
}
