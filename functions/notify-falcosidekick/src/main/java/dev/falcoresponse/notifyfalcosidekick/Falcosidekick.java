package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Reason;
import java.io.IOException;
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
     * @param timeout for each request as a whole
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
        HttpRequest request = request(address)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(message.json()))
                .build();
        try {
            HttpResponse<Void> answer = http.send(request, BodyHandlers.discarding());
            boolean accepted = answer.statusCode() >= 200 && answer.statusCode() < 300;
            return accepted
                    ? Optional.empty()
                    : Optional.of(new Failed(
                            Reason.UNAVAILABLE,
                            "Falcosidekick at %s answered %d".formatted(address, answer.statusCode()),
                            retryAfter(answer),
                            message.details()));
        } catch (IOException e) {
            return Optional.of(failed(e, message));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Looks whether it is there, and says nothing to anybody. */
    Optional<Outcome> ping(Message message) {
        try {
            http.send(request(address.resolve("ping")).GET().build(), BodyHandlers.discarding());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(failed(e, message));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
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
