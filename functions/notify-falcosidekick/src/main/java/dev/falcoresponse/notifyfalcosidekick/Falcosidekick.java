package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
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
 * Sends events to Falcosidekick's own endpoint, the one that Falco posts to. Its 200 means that the event was accepted, and
 * nothing about its outputs: those are in Falcosidekick's log.
 */
final class Falcosidekick implements AutoCloseable {
    private final HttpClient http;
    private final URI address;
    private final Duration timeout;

    /**
     * A connection to Falcosidekick.
     *
     * @param address ends with a slash
     * @param timeout until the head of each answer; its body is not read
     */
    Falcosidekick(URI address, Duration timeout) {
        this.address = address;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * Sends a message.
     *
     * @throws OutcomeException as failed when it was not accepted
     */
    void post(Message message) throws OutcomeException {
        HttpRequest request = request(address)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(message.json()))
                .build();
        send(request, message);
    }

    /**
     * Asks whether Falcosidekick is there; nobody is told anything.
     *
     * @throws OutcomeException as failed when it is not
     */
    void ping(Message message) throws OutcomeException {
        send(request(address.resolve("ping")).GET().build(), message);
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(timeout);
    }

    private void send(HttpRequest request, Message message) throws OutcomeException {
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            answer.body().close(); // it may never end
            if (answer.statusCode() < 200 || answer.statusCode() >= 300) {
                throw new OutcomeException(refusal(answer).with(message.details()));
            }
        } catch (IOException e) {
            throw new OutcomeException(failure(e).with(message.details()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private Failed refusal(HttpResponse<?> answer) {
        int status = answer.statusCode();
        String sentence = "Falcosidekick at %s answered %d".formatted(address, status);
        return status >= 500 || status == 408 || status == 429
                ? Failed.retryable(Reason.UNAVAILABLE, sentence).after(retryAfter(answer))
                : Failed.permanent(Reason.FORBIDDEN, sentence);
    }

    private Failed failure(IOException e) {
        return e instanceof HttpTimeoutException
                ? Failed.retryable(Reason.TIMEOUT, "Falcosidekick at %s does not answer in time".formatted(address))
                : Failed.retryable(
                        Reason.UNAVAILABLE, "Falcosidekick at %s cannot be reached: %s".formatted(address, cause(e)));
    }

    /** A refused connection has no message of its own. */
    private static String cause(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
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
