package dev.falcoresponse.playground;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;

/** Alerts on their way, which are answered in any order; they go on when nobody waits for them any more. */
final class Sending {
    private final int count;
    private final CompletionService<ObjectNode> answers;

    Sending(Executor senders, List<Callable<ObjectNode>> alerts) {
        count = alerts.size();
        answers = new ExecutorCompletionService<>(senders);
        alerts.forEach(answers::submit);
    }

    int count() {
        return count;
    }

    /** The next that has been answered, as the history has it; {@code error} says why one was not sent. */
    ObjectNode next() {
        try {
            return answers.take().get();
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
