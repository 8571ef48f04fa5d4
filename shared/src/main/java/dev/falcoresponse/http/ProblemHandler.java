package dev.falcoresponse.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.falcoresponse.action.Action;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.pipeline.EventResponder;
import dev.falcoresponse.pipeline.RefusedException;
import dev.falcoresponse.record.Problem;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Turns every failure on the way of a request into problem+json (RFC 9457), and records it if the pipeline has not. */
@Singleton
final class ProblemHandler {
    private static final Logger LOG = Logger.getLogger(ProblemHandler.class);
    private static final JsonMapper JSON = new JsonMapper();

    /** How long a broker should wait when nobody knows better. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Action<?> action;
    private final EventResponder responder;

    ProblemHandler(Action<?> action, EventResponder responder) {
        this.action = action;
        this.responder = responder;
    }

    void answer(RoutingContext context) {
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        RefusedException refused = refusal(context);
        if (!refused.isRecorded()) {
            record(context, refused.outcome());
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        if (!context.request().isEnded()) {
            context.request().resume(); // a body that nobody reads
        }
        write(response, refused.outcome());
    }

    /** On a worker thread: standard output can block. */
    private void record(RoutingContext context, Outcome outcome) {
        context.vertx()
                .executeBlocking(
                        () -> {
                            responder.recordRefusal(outcome);
                            return outcome;
                        },
                        false);
    }

    private void write(HttpServerResponse response, Outcome outcome) {
        response.headers().clear();
        int status = status(outcome);
        response.setStatusCode(status).putHeader("Content-Type", Problem.MEDIA_TYPE);
        retryAfter(outcome).ifPresent(time -> response.putHeader("Retry-After", Long.toString(time.toSeconds())));
        switch (status) {
            case 401 -> response.putHeader("WWW-Authenticate", "Bearer"); // RFC 9110: how a caller authenticates
            case 405 -> response.putHeader("Allow", "POST");
            default -> {}
        }
        response.end(Buffer.buffer(json(new Problem(
                outcome.text(),
                status,
                outcome.message(),
                action.name(),
                outcome.text(),
                outcome.reason().text()))));
    }

    /** The status tells the broker whether to deliver the event again. */
    private static int status(Outcome outcome) {
        return switch (outcome) {
            case Rejected rejected -> rejected.status();
            case Failed failed -> failed.retryable() ? 503 : 422;
            case Outcome.Acted _, Outcome.Previewed _, Outcome.Skipped _, Outcome.Denied _ ->
                throw new IllegalStateException(outcome + " has a reply");
        };
    }

    private static Optional<Duration> retryAfter(Outcome outcome) {
        return switch (outcome) {
            case Failed failed when failed.retryable() -> failed.retryAfter().or(() -> Optional.of(SOON));
            case Rejected rejected when rejected.status() == 503 -> Optional.of(SOON);
            case Failed _, Rejected _, Outcome.Acted _, Outcome.Previewed _, Outcome.Skipped _, Outcome.Denied _ ->
                Optional.empty();
        };
    }

    /** Our own refusal is somewhere among the causes; other exceptions are bugs, but for those of the server itself. */
    private static RefusedException refusal(RoutingContext context) {
        for (Throwable cause = context.failure(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedException refused) {
                return refused;
            }
            if (cause instanceof HttpClosedException
                    || cause instanceof DecoderException
                    || cause instanceof NumberFormatException) {
                return RefusedException.unreadable("The request ended early, or is no valid HTTP");
            }
            if (cause instanceof RejectedExecutionException) {
                return RefusedException.overloaded();
            }
        }
        int status = context.statusCode();
        if (status == 413) {
            return RefusedException.rejected(413, Reason.TOO_LARGE, "The body is larger than the limit");
        }
        // the router's own refusals, for example of a path without a slash at its start
        return status >= 400 && status < 500
                ? RefusedException.unreadable("The request cannot be read")
                : unexpected(context.failure());
    }

    private static RefusedException unexpected(@Nullable Throwable failure) {
        LOG.error("Unexpected error while handling a request", failure);
        String name = failure == null ? "no exception" : failure.getClass().getSimpleName();
        return RefusedException.before(Failed.retryable(Reason.UNAVAILABLE, "Unexpected error: " + name));
    }

    private static byte[] json(Problem problem) {
        try {
            return JSON.writeValueAsString(problem).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
