package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;

/** Sends alerts concurrently and returns the results as they complete; all are sent even if no result is taken. */
final class AlertBatch {
    private static final int MAX_ALERTS = 1_000;
    private static final long MAX_CHARACTERS = 32_000_000;

    private final int size;
    private final CompletionService<ObjectNode> results;

    AlertBatch(Executor senders, List<Callable<ObjectNode>> alerts) {
        size = alerts.size();
        results = new ExecutorCompletionService<>(senders);
        alerts.forEach(results::submit);
    }

    /**
     * Reads a request: Falco's JSON in {@code text}, and in {@code times} how often to send it. Each copy is another
     * event.
     *
     * @throws IllegalArgumentException when the text is not valid, or there are too many alerts
     */
    static List<SentAlert> read(JsonNode request) {
        int times = request.path("times").asInt(1);
        if (times < 1 || times > MAX_ALERTS) {
            throw new IllegalArgumentException(
                    "An alert can be sent between 1 and " + MAX_ALERTS + " times, not " + times);
        }
        String text = request.path("text").asText();
        List<SentAlert> originals = Falcosidekick.alerts("the text", text.getBytes(UTF_8));
        long count = (long) originals.size() * times;
        if (count > MAX_ALERTS) {
            throw new IllegalArgumentException("At most " + MAX_ALERTS + " alerts at once; these would be " + count);
        }
        if ((long) text.length() * times > MAX_CHARACTERS) {
            throw new IllegalArgumentException("All alerts together have more than " + MAX_CHARACTERS + " characters");
        }
        List<SentAlert> alerts = new ArrayList<>(originals);
        for (int i = 1; i < times; i++) {
            originals.stream().map(Falcosidekick::copy).forEach(alerts::add);
        }
        return alerts;
    }

    int size() {
        return size;
    }

    /** Waits for the next history entry; {@code error} says why an alert was not sent. */
    ObjectNode nextResult() {
        try {
            return results.take().get();
        } catch (ExecutionException e) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put(
                            "error",
                            String.valueOf(Objects.requireNonNull(e.getCause()).getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
