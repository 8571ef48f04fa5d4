package dev.falcoresponse.kubernetes;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.settings.Durations;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for answers of the API server.
 *
 * @param timeout for each
 */
record PendingCalls(Duration timeout) {
    <T> T await(Call call, CompletableFuture<T> pending) throws OutcomeException {
        try {
            return pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw timedOut(call);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw unavailable(call, "interrupted");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw isTimeout(cause) ? timedOut(call) : unavailable(call, String.valueOf(cause), !isUnsent(cause));
        }
    }

    private static boolean isTimeout(@Nullable Throwable cause) {
        return cause instanceof TimeoutException
                || cause instanceof HttpTimeoutException
                || cause instanceof SocketTimeoutException;
    }

    /** Whether there was no connection, so that the request cannot have reached the server. */
    private static boolean isUnsent(@Nullable Throwable cause) {
        return cause instanceof ConnectException
                || cause instanceof UnknownHostException
                || cause instanceof IllegalStateException;
    }

    private OutcomeException timedOut(Call call) {
        return failed(
                call,
                Reason.TIMEOUT,
                "The API server took longer than " + Durations.text(timeout) + " to " + call,
                true);
    }

    OutcomeException unavailable(Call call, String why) {
        return unavailable(call, why, true);
    }

    private static OutcomeException unavailable(Call call, String why, boolean sent) {
        return failed(call, Reason.UNAVAILABLE, "The API server could not be asked to " + call + ": " + why, sent);
    }

    private static OutcomeException failed(Call call, Reason reason, String message, boolean sent) {
        return new OutcomeException(
                new Failed(reason, message, true, Optional.empty(), sent && call.isWrite(), Map.of()));
    }
}
