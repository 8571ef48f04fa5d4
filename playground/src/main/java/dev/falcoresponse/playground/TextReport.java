package dev.falcoresponse.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.falcoresponse.playground.ClusterChanges.Change;
import dev.falcoresponse.playground.broker.Answer;
import dev.falcoresponse.playground.broker.DeadLetter;
import dev.falcoresponse.playground.broker.EventTrace;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Prints a few lines per alert, for people. */
final class TextReport implements Report {
    /** notify-falcosidekick replies with nothing. */
    private static final int NO_REPLY = 204;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final Supplier<List<JsonNode>> notifications;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> deadLetters = new ArrayList<>();
    private int alerts;
    private int told;

    /**
     * A report without any alert.
     *
     * @param notifications all that Falcosidekick has got so far, in order
     */
    TextReport(PrintStream out, Supplier<List<JsonNode>> notifications) {
        this.out = out;
        this.notifications = notifications;
    }

    @Override
    public void add(SentAlert alert, EventTrace trace, List<Change> changes) {
        alerts++;
        out.printf("%n%2d  %s%n", alerts, Terminal.brief(alert.title()));
        line("alert", alert.from());
        line("Triggers", triggers(trace).isEmpty() ? "none matches" : String.join(", ", triggers(trace)));
        trace.answers().forEach(this::print);
        trace.deadLetters().forEach(letter -> print(alert, letter));
        printNotifications();
        if (changes.isEmpty()) {
            line("cluster", "unchanged");
        }
        for (int i = 0; i < changes.size(); i++) {
            line(i == 0 ? "cluster" : "", changes.get(i).toString());
        }
    }

    /** The Triggers except that for notifications, which matches every answer. */
    private static List<String> triggers(EventTrace trace) {
        return trace.triggers().stream()
                .filter(each -> !each.equals(Functions.NOTIFY))
                .toList();
    }

    private void print(Answer answer) {
        if (answer.status() == NO_REPLY) {
            return;
        }
        JsonNode body = body(answer);
        String outcome = body.path("outcome").asText("no answer");
        outcomes.merge(outcome, 1, Integer::sum);
        line(
                answer.function(),
                "%s %s / %s"
                        .formatted(answer.status(), outcome, body.path("reason").asText("-")));
        line("", body.path("message").asText(body.path("detail").asText(answer.body())));
    }

    private void printNotifications() {
        List<JsonNode> all = notifications.get();
        all.subList(told, all.size())
                .forEach(each -> line(
                        "",
                        "Told Falcosidekick: " + each.path("rule").asText() + " ("
                                + each.path("priority").asText() + ")"));
        told = all.size();
    }

    private void print(SentAlert alert, DeadLetter letter) {
        String text = "%s: knativeerrorcode %d"
                .formatted(letter.sink().isEmpty() ? "LOST, there is no sink" : letter.sink(), letter.code());
        line("dead letter", text);
        deadLetters.add("%s (%s): %s".formatted(alert.title(), alert.from(), text));
    }

    private static JsonNode body(Answer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }

    private void line(String name, String text) {
        out.printf("    %-15s %s%n", name, Terminal.brief(text));
    }

    @Override
    public void end() {
        String counts = outcomes.entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
        out.printf("%n%d alert%s: %s%n", alerts, alerts == 1 ? "" : "s", counts.isEmpty() ? "no answers" : counts);
        out.printf("dead letter: %s%n", deadLetters.isEmpty() ? "empty" : deadLetters.size());
        deadLetters.forEach(each -> out.printf("    %s%n", Terminal.brief(each)));
        out.flush();
    }
}
