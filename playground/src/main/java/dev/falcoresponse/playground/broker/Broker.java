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
import java.util.function.Supplier;

/** Delivers events as Knative's broker does: filters, retries, dead letter sink, replies. */
public final class Broker implements AutoCloseable {
    /** Knative's limit for replies to replies. */
    private static final int MAX_TTL = 255;

    private final RuleBook rules;
    private final Map<String, URI> functions;
    private final Supplier<List<CloudEvent>> posted;
    private final Consumer<String> progress;
    private final Optional<String> token;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /**
     * Creates a broker.
     *
     * @param functions the address of each subscriber's Service
     * @param posted takes out what functions have posted to the broker since the last call
     * @param progress receives a sentence before each retry, because retries can take long
     */
    public Broker(
            RuleBook rules, Map<String, URI> functions, Supplier<List<CloudEvent>> posted, Consumer<String> progress) {
        this(rules, functions, posted, progress, Optional.empty());
    }

    /** The same, with a bearer token for each delivery. */
    public Broker(
            RuleBook rules,
            Map<String, URI> functions,
            Supplier<List<CloudEvent>> posted,
            Consumer<String> progress,
            Optional<String> token) {
        this.rules = rules;
        this.token = token;
        this.posted = posted;
        this.functions = Map.copyOf(functions);
        this.progress = progress;
    }

    /** Delivers an event, and every reply to it, and waits until all of them are answered or given up. */
    public EventTrace send(CloudEvent event) {
        EventTrace trace = EventTrace.empty();
        publish(event, MAX_TTL, trace);
        return trace;
    }

    private void publish(CloudEvent event, int ttl, EventTrace trace) {
        if (ttl == 0) {
            progress.accept("an event was dropped after " + MAX_TTL + " replies to replies");
            return;
        }
        List<Trigger> matching = rules.matching(event);
        matching.forEach(trigger -> trace.triggers().add(trigger.name()));
        for (Trigger trigger : matching) {
            Optional<CloudEvent> reply = deliver(trigger, event, trace);
            posted.get().forEach(each -> publish(each, ttl - 1, trace));
            reply.ifPresent(each -> publish(each, ttl - 1, trace));
        }
    }

    private Optional<CloudEvent> deliver(Trigger trigger, CloudEvent event, EventTrace trace) {
        Attempt last = deliverWithRetries(trigger, trigger.subscriber(), event, trace);
        if (last.isFailure()) {
            DeadLetter letter = new DeadLetter(
                    trigger.name(),
                    trigger.delivery().deadLetterSink(),
                    event.getId(),
                    last.status(),
                    trigger.subscriber(),
                    last.text());
            trace.deadLetters().add(letter);
            if (functions.containsKey(letter.sink())) {
                // as in Knative, the sink gets the same number of retries, and its answer is ignored
                deliverWithRetries(trigger, letter.sink(), letter.applyTo(event), trace);
            }
        }
        return last.reply();
    }

    private Attempt deliverWithRetries(Trigger trigger, String function, CloudEvent event, EventTrace trace) {
        Delivery delivery = trigger.delivery();
        long started = System.nanoTime();
        int attempt = 1;
        Attempt last = attempt(function, delivery, event);
        while (last.isRetried() && attempt <= delivery.retries() && closed.getCount() > 0) {
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
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        trace.answers().add(new Answer(trigger.name(), function, last.status(), last.text(), attempt, took));
        return last;
    }

    /** One delivery. A 2xx whose body is not a CloudEvent counts as 502. */
    private record Attempt(int status, String text, Optional<CloudEvent> reply) {
        static Attempt unanswered(String why) {
            return new Attempt(0, why, Optional.empty());
        }

        boolean isRetried() {
            return status == 0 || Broker.isRetried(status);
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
        token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
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
        if (status < 200 || status >= 300 || response.body().length == 0) {
            return new Attempt(status, text, Optional.empty());
        }
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return HttpEvents.read(headers, response.body())
                .map(reply -> new Attempt(status, text, Optional.of(reply)))
                .orElseGet(() -> new Attempt(502, "The answer is not a CloudEvent: " + text, Optional.empty()));
    }

    static boolean isRetried(int status) {
        return status >= 500 || status == 404 || status == 408 || status == 409 || status == 429;
    }

    /** Waits between two deliveries; closing the broker ends the wait. */
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

    /** Cancels deliveries in progress and their retries. */
    @Override
    public void close() {
        closed.countDown();
        http.shutdownNow();
    }
}
