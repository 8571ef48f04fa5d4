package dev.falcoresponse.http;

import dev.falcoresponse.http.ConcurrencyLimit.Permit;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;

/**
 * One request from its head to its answer. It keeps its permit until the answer has been written, also when the caller has
 * gone meanwhile: the function works on, and Funqy then writes an answer that nobody reads.
 */
final class AdmittedRequest {
    /** How long a caller may take to send the body: a broker takes milliseconds. */
    private static final Duration BODY_DEADLINE = Duration.ofSeconds(10);

    private final RoutingContext context;
    private final Permit permit;
    private final long deadline;
    private Runnable abandoned = () -> {};
    private Optional<Future<Buffer>> reading = Optional.empty();
    private boolean received;

    AdmittedRequest(RoutingContext context, Permit permit) {
        this.context = context;
        this.permit = permit;
        this.deadline = context.vertx().setTimer(BODY_DEADLINE.toMillis(), _ -> giveUp());
    }

    /** What to do when the caller goes before its body has arrived. */
    void whenAbandoned(Runnable then) {
        abandoned = then;
    }

    /** The body is being read. */
    void reads(Future<Buffer> body) {
        reading = Optional.of(body);
    }

    /** The body that is being read; empty when the server reads it. */
    Optional<Future<Buffer>> reading() {
        return reading;
    }

    /** The body has arrived; {@code false} when there is no room for it. */
    boolean received(long length) {
        context.vertx().cancelTimer(deadline);
        received = permit.resize(length);
        return received;
    }

    /** The request has ended: by its answer, or because the connection was closed. */
    void end() {
        context.vertx().cancelTimer(deadline);
        if (!received) {
            abandoned.run();
        }
    }

    void release() {
        permit.release();
    }

    /** Closes the connection; with HTTP/2 only the stream, since others share the connection. */
    private void giveUp() {
        if (context.request().version() == HttpVersion.HTTP_2) {
            context.response().reset();
        } else {
            context.request().connection().close();
        }
    }
}
