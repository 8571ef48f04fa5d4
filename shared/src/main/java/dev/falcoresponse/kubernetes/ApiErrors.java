package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.action.Reason.CONFLICT;
import static dev.falcoresponse.action.Reason.DISRUPTION_BUDGET;
import static dev.falcoresponse.action.Reason.FORBIDDEN;
import static dev.falcoresponse.action.Reason.NOT_FOUND;
import static dev.falcoresponse.action.Reason.REFUSED_BY_ADMISSION;
import static dev.falcoresponse.action.Reason.REPLACED;
import static dev.falcoresponse.action.Reason.TIMEOUT;
import static dev.falcoresponse.action.Reason.UNAVAILABLE;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.Texts;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an error of the API server means for the event that the call was made for. */
final class ApiErrors {
    private static final int MAX_MESSAGE = 500;

    /** The authorizer's sentence; every other 403 is an admission plugin's. */
    private static final Pattern UNAUTHORIZED = Pattern.compile("User \".*\" cannot \\w+ resource \"");

    /** For an exhausted disruption budget the server names no time; kubectl drain waits this long. */
    private static final Duration DISRUPTION_RETRY = Duration.ofSeconds(5);

    /** The server has several sentences for a failed precondition, one for each layer that checks it. */
    private static final Pattern PRECONDITION = Pattern.compile("(?i)\\bprecondition\\b");

    /** The object is the same one, but was changed after it was read. */
    private static final Pattern CHANGED = Pattern.compile("(?i)\\bResourceVersion in (the )?precondition\\b");

    /** What etcd says when it cannot tell whether it has stored the change. */
    private static final String STORE_TIMEOUT = "etcdserver: request timed out";

    private ApiErrors() {}

    static Outcome outcome(Call call, int code, Status status, Optional<Duration> retryAfter) {
        String message = message(code, status);
        String failed = "Could not " + call + ": " + message;
        return switch (code) {
            case 404 -> notFound(call, status, failed);
            case 409 -> conflict(call, message, failed);
            case 403 -> forbidden(call, message);
            case 422 -> invalid(call, status, message);
            case 400 -> badRequest(call, message);
            case 500 -> internal(call, failed, message, retryAfter);
            case 502 -> open(call, UNAVAILABLE, failed, retryAfter);
            case 504 -> open(call, TIMEOUT, failed, retryAfter);
            case 429 -> tooMany(status, failed, retryAfter);
            default -> Failed.retryable(UNAVAILABLE, failed).after(retryAfter);
        };
    }

    /** A 404 that is not Kubernetes' own, of a proxy or a wrong path, says nothing about the object. */
    private static Outcome notFound(Call call, Status status, String failed) {
        return "NotFound".equals(status.getReason())
                ? new Skipped(NOT_FOUND, object(call) + " is gone")
                : Failed.retryable(UNAVAILABLE, failed);
    }

    private static String object(Call call) {
        String kind = call.resource().startsWith("pods") ? "Pod" : call.resource();
        return kind + " " + (call.namespace().isEmpty() ? "" : call.namespace() + "/") + call.name();
    }

    private static Outcome conflict(Call call, String message, String failed) {
        return PRECONDITION.matcher(message).find() && !CHANGED.matcher(message).find()
                ? replaced(call, message)
                : Failed.retryable(CONFLICT, failed);
    }

    private static Outcome replaced(Call call, String message) {
        return new Skipped(
                REPLACED,
                object(call) + " was replaced by another object of that name, which is left alone: " + message);
    }

    private static Outcome forbidden(Call call, String message) {
        return UNAUTHORIZED.matcher(message).find()
                ? Failed.permanent(
                        FORBIDDEN,
                        "Not allowed to " + call.verb() + " " + call.resource()
                                + (call.namespace().isEmpty() ? "" : " in namespace " + call.namespace()) + ": "
                                + message)
                : Failed.permanent(REFUSED_BY_ADMISSION, "Admission refused to " + call + ": " + message);
    }

    /** A webhook can deny with any status; any other 400 is a request that the server does not understand. */
    private static Outcome badRequest(Call call, String message) {
        return message.contains("admission webhook")
                ? Failed.permanent(REFUSED_BY_ADMISSION, "Admission refused to " + call + ": " + message)
                : Failed.permanent(
                        UNAVAILABLE, "The API server does not understand the request to " + call + ": " + message);
    }

    /** The eviction API cannot handle two disruption budgets for one pod, and says so with the status of a fault. */
    private static Outcome internal(Call call, String failed, String message, Optional<Duration> retryAfter) {
        if (message.contains("more than one PodDisruptionBudget")) {
            return Failed.permanent(DISRUPTION_BUDGET, failed);
        }
        return message.contains(STORE_TIMEOUT)
                ? open(call, UNAVAILABLE, failed, retryAfter)
                : Failed.retryable(UNAVAILABLE, failed).after(retryAfter);
    }

    /** Somebody on the way to the store, or the store itself, gave up waiting: a change may be made all the same. */
    private static Outcome open(Call call, Reason reason, String failed, Optional<Duration> retryAfter) {
        Failed failure = Failed.retryable(reason, failed).after(retryAfter);
        return call.isWrite() ? failure.afterChange() : failure;
    }

    private static Outcome tooMany(Status status, String failed, Optional<Duration> retryAfter) {
        return isDisruptionBudget(status)
                ? Failed.retryable(DISRUPTION_BUDGET, failed).after(retryAfter.or(() -> Optional.of(DISRUPTION_RETRY)))
                : Failed.retryable(UNAVAILABLE, failed).after(retryAfter);
    }

    private static boolean isDisruptionBudget(Status status) {
        return causes(status).stream().anyMatch(cause -> "DisruptionBudget".equals(cause.getReason()));
    }

    private static List<StatusCause> causes(Status status) {
        return Optional.ofNullable(status.getDetails())
                .map(StatusDetails::getCauses)
                .orElse(List.of());
    }

    /** A merge patch with another uid is an attempt to change it. */
    private static boolean isAnotherUid(Status status) {
        return causes(status).stream().anyMatch(cause -> "metadata.uid".equals(cause.getField()));
    }

    private static Outcome invalid(Call call, Status status, String message) {
        if (isAnotherUid(status)) {
            return replaced(call, message);
        }
        return isFailedTest(call, status)
                ? Failed.retryable(CONFLICT, "Could not " + call + ": it changed after it was read")
                : Failed.permanent(REFUSED_BY_ADMISSION, "The API server refused to " + call + ": " + message);
    }

    /** A JSON patch whose test fails is "Invalid" like any other, but without details. */
    private static boolean isFailedTest(Call call, Status status) {
        boolean unexplained = status.getDetails() == null || status.getDetails().getKind() == null;
        return call.verb().equals("patch") && "Invalid".equals(status.getReason()) && unexplained;
    }

    private static String message(int code, Status status) {
        String text = Optional.ofNullable(status.getMessage()).orElse("no message");
        return code + " " + Texts.shortened(text, MAX_MESSAGE);
    }
}
