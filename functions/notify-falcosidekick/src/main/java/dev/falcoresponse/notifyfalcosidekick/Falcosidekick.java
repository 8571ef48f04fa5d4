package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * Falcosidekick's own door, the one that Falco posts to. Its 200 means accepted, and nothing about its outputs: see
 * Falcosidekick's log for these.
 */
final class Falcosidekick implements AutoCloseable {
    private final HttpClient http;
    private final URI address;
    private final Duration timeout;

    /**
     * A way to it.
     *
     * @param address ends with a slash
     * @param timeout for each answer to begin; its body is not waited for
     */
    Falcosidekick(URI address, Duration timeout) {
        this.address = address;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** Hands the message over; empty when it was accepted, else why not. */
    Optional<Outcome> post(Message message) {
        return ask(
                request(address)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(message.json()))
                        .build(),
                message);
    }

    /** Looks whether it is there, and says nothing to anybody. */
    Optional<Outcome> ping(Message message) {
        return ask(request(address.resolve("ping")).GET().build(), message);
    }

    private Optional<Outcome> ask(HttpRequest request, Message message) {
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            // its status says it all; whoever waited for the rest might wait for ever
            answer.body().close();
            return judge(answer, message);
        } catch (IOException e) {
            return Optional.of(failed(e, message));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Optional<Outcome> judge(HttpResponse<?> answer, Message message) {
        int status = answer.statusCode();
        if (status >= 200 && status < 300) {
            return Optional.empty();
        }
        boolean worthRepeating = status >= 500 || status == 408 || status == 429;
        return Optional.of(new Failed(
                worthRepeating ? Reason.UNAVAILABLE : Reason.FORBIDDEN,
                "Falcosidekick at %s answered %d".formatted(address, status),
                retryAfter(answer),
                message.details()));
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(timeout);
    }

    private Failed failed(IOException e, Message message) {
        boolean late = e instanceof HttpTimeoutException;
        return new Failed(
                late ? Reason.TIMEOUT : Reason.UNAVAILABLE,
                "Falcosidekick at %s %s"
                        .formatted(address, late ? "does not answer in time" : "cannot be reached: " + why(e)),
                Optional.empty(),
                message.details());
    }

    /** A refused connection has no message of its own. */
    private static String why(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("Interrupted", e);
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,5}"))
                .map(Long::parseLong)
                .map(Duration::ofSeconds);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
