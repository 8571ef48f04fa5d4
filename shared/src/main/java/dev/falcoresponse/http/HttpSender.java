package dev.falcoresponse.http;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Sends requests to another service, of whose answers only the status counts. Thread-safe. */
public final class HttpSender implements AutoCloseable {
    private final HttpClient http;
    private final String receiver;
    private final URI address;
    private final Duration timeout;
    private final IntPredicate permanent;

    /**
     * Does not connect yet.
     *
     * @param receiver what people call the service
     * @param timeout until the head of each answer; its body is not read
     * @param permanent which statuses other than 2xx no repetition can mend
     */
    public HttpSender(String receiver, URI address, Duration timeout, IntPredicate permanent) {
        this.permanent = permanent;
        this.receiver = receiver;
        this.address = address;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** A request to the address, exactly as it was given. */
    public HttpRequest.Builder request() {
        return request(address);
    }

    /** A request to a path below the address, which ends with a slash. */
    public HttpRequest.Builder request(String path) {
        return request(address.resolve(path));
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(timeout);
    }

    /**
     * Sends a request.
     *
     * @throws OutcomeException as failed when it was not accepted
     */
    public void send(HttpRequest request) throws OutcomeException {
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            answer.body().close(); // it may never end
            if (answer.statusCode() < 200 || answer.statusCode() >= 300) {
                throw new OutcomeException(refusal(answer));
            }
        } catch (IOException e) {
            throw new OutcomeException(failure(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private Failed refusal(HttpResponse<?> answer) {
        int status = answer.statusCode();
        String sentence = "%s at %s answered %d".formatted(receiver, address, status);
        return permanent.test(status)
                ? Failed.permanent(Reason.FORBIDDEN, sentence)
                : Failed.retryable(Reason.UNAVAILABLE, sentence).after(retryAfter(answer));
    }

    private Failed failure(IOException e) {
        return e instanceof HttpTimeoutException
                ? Failed.retryable(Reason.TIMEOUT, "%s at %s does not answer in time".formatted(receiver, address))
                : Failed.retryable(
                        Reason.UNAVAILABLE, "%s at %s cannot be reached: %s".formatted(receiver, address, cause(e)));
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
