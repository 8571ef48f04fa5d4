package dev.falcoresponse.playground.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Delivers events as Knative's broker does: by filter, repeated when it is worth it, else to the dead letter sink. */
public final class Broker implements AutoCloseable {
    /** Knative's bound for events that cause events. */
    private static final int MAX_TTL = 255;

    private final RuleBook rules;
    private final Map<String, URI> functions;
    private final Consumer<String> progress;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /**
     * A broker.
     *
     * @param functions where each subscriber's Service is
     * @param progress told when a delivery is repeated, since that can take long
     */
    public Broker(RuleBook rules, Map<String, URI> functions, Consumer<String> progress) {
        this.rules = rules;
        this.functions = Map.copyOf(functions);
        this.progress = progress;
    }

    /** Sends an event on its way and waits for the end of it. */
    public Passage send(CloudEvent event) {
        Passage passage = Passage.empty();
        publish(event, MAX_TTL, passage);
        return passage;
    }

    private void publish(CloudEvent event, int ttl, Passage passage) {
        if (ttl == 0) {
            progress.accept("an event was dropped after " + MAX_TTL + " replies to replies");
            return;
        }
        List<Trigger> wanting = rules.wanting(event);
        wanting.forEach(trigger -> passage.triggers().add(trigger.name()));
        wanting.forEach(
                trigger -> deliver(trigger, event, passage).ifPresent(reply -> publish(reply, ttl - 1, passage)));
    }

    private Optional<CloudEvent> deliver(Trigger trigger, CloudEvent event, Passage passage) {
        Attempt last = repeat(trigger, trigger.subscriber(), event, passage);
        if (last.isFailure()) {
            DeadLetter letter = new DeadLetter(
                    trigger.name(),
                    trigger.delivery().deadLetterSink(),
                    event.getId(),
                    last.status(),
                    trigger.subscriber(),
                    last.text());
            passage.deadLetters().add(letter);
            if (functions.containsKey(letter.sink())) {
                // as Knative does: with the same patience, and whatever comes of it, that is the end
                repeat(trigger, letter.sink(), letter.on(event), passage);
            }
        }
        return last.reply();
    }

    private Attempt repeat(Trigger trigger, String function, CloudEvent event, Passage passage) {
        Delivery delivery = trigger.delivery();
        long started = System.nanoTime();
        int attempt = 1;
        Attempt last = attempt(function, delivery, event);
        while (last.isRepeated() && attempt <= delivery.retries() && closed.getCount() > 0) {
            Duration pause = delivery.pause(attempt - 1);
            progress.accept("%s answered %s; delivery %d of %d follows in %s"
                    .formatted(
                            function,
                            last.status() == 0 ? "nothing" : last.status(),
                            attempt + 1,
                            delivery.retries() + 1,
                            pause));
            sleep(pause);
            last = attempt(function, delivery, event);
            attempt++;
        }
        passage.answers()
                .add(new Answer(
                        trigger.name(),
                        function,
                        last.status(),
                        last.text(),
                        attempt,
                        last.timing(),
                        Duration.ofNanos(System.nanoTime() - started)));
        return last;
    }

    /** One delivery: a 2xx whose body is no CloudEvent counts as 502, and is repeated like one. */
    private record Attempt(int status, String text, String timing, Optional<CloudEvent> reply) {
        static Attempt unanswered(String why) {
            return new Attempt(0, why, "", Optional.empty());
        }

        boolean isRepeated() {
            return status == 0 || Broker.isRepeated(status);
        }

        boolean isFailure() {
            return status < 200 || status >= 300;
        }
    }

    private Attempt attempt(String name, Delivery delivery, CloudEvent event) {
        URI function = functions.get(name);
        if (function == null) {
            return Attempt.unanswered("There is no function " + name);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(function)
                .timeout(delivery.timeout())
                .header("Prefer", "reply")
                .POST(BodyPublishers.ofByteArray(HttpEvents.body(event)));
        HttpEvents.headers(event).forEach(request::header);
        try {
            return attempt(http.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            return Attempt.unanswered(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private static Attempt attempt(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String text = new String(response.body(), UTF_8);
        String timing = response.headers().firstValue("Server-Timing").orElse("");
        if (status < 200 || status >= 300 || response.body().length == 0) {
            return new Attempt(status, text, timing, Optional.empty());
        }
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return HttpEvents.read(headers, response.body())
                .map(reply -> new Attempt(status, text, timing, Optional.of(reply)))
                .orElseGet(() -> new Attempt(502, "The answer is no CloudEvent: " + text, timing, Optional.empty()));
    }

    static boolean isRepeated(int status) {
        return status >= 500 || status == 404 || status == 408 || status == 409 || status == 429;
    }

    /** Knative's pause between deliveries: a wait for time itself, which only the end of the broker cuts short. */
    private void sleep(Duration pause) {
        try {
            if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                progress.accept("no further delivery: the broker has been closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /** Ends what is under way, repetitions included. */
    @Override
    public void close() {
        closed.countDown();
        http.shutdownNow();
    }
}
