package dev.falcoresponse.kubernetes;

import static dev.falcoresponse.Reason.CONFLICT;
import static dev.falcoresponse.Reason.DISRUPTION_BUDGET;
import static dev.falcoresponse.Reason.FORBIDDEN;
import static dev.falcoresponse.Reason.NOT_FOUND;
import static dev.falcoresponse.Reason.REFUSED_BY_ADMISSION;
import static dev.falcoresponse.Reason.REPLACED;
import static dev.falcoresponse.Reason.UNAVAILABLE;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.Reason;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an error answer of the API server means for the event that the call was made for. */
final class ApiErrors {
    private static final int MAX_MESSAGE = 500;

    /** The authorizer's sentence; whatever else answers 403 is an admission plugin. */
    private static final Pattern UNAUTHORIZED = Pattern.compile("User \".*\" cannot \\w+ resource \"");

    /** For a spent disruption budget the server names no time; kubectl's drain waits this long. */
    private static final Duration UNTIL_A_POD_IS_BACK = Duration.ofSeconds(5);

    /** The server has several sentences for it, depending on which of its layers notices. */
    private static final Pattern PRECONDITION = Pattern.compile("(?i)\\bprecondition\\b");

    private ApiErrors() {}

    static Outcome outcome(Call call, int code, Status status, Optional<Duration> retryAfter) {
        String message = message(code, status);
        return switch (code) {
            case 404 -> notFound(call, status, message);
            case 409 -> conflict(call, message);
            case 403 ->
                UNAUTHORIZED.matcher(message).find()
                        ? failed(
                                FORBIDDEN,
                                "Not allowed to " + call.verb() + " " + call.resource()
                                        + (call.namespace().isEmpty() ? "" : " in namespace " + call.namespace()) + ": "
                                        + message)
                        : failed(REFUSED_BY_ADMISSION, "Admission refused to " + call + ": " + message);
            case 422 -> unprocessable(call, status, message);
            case 400 -> failed(REFUSED_BY_ADMISSION, "The API server refused to " + call + ": " + message);
            case 429 -> tooMany(call, status, message, retryAfter);
            default -> new Failed(UNAVAILABLE, "Could not " + call + ": " + message, retryAfter);
        };
    }

    private static Outcome notFound(Call call, Status status, String message) {
        // a 404 that is not Kubernetes' own says nothing about the pod: a proxy, a wrong path
        return "NotFound".equals(status.getReason())
                ? new Skipped(NOT_FOUND, what(call) + " is gone")
                : failed(UNAVAILABLE, "Could not " + call + ": " + message);
    }

    private static String what(Call call) {
        String kind = call.resource().startsWith("pods") ? "Pod" : call.resource();
        return kind + " " + (call.namespace().isEmpty() ? "" : call.namespace() + "/") + call.name();
    }

    private static Outcome conflict(Call call, String message) {
        return PRECONDITION.matcher(message).find()
                ? new Skipped(REPLACED, what(call) + " was replaced by a namesake, which is left alone: " + message)
                : failed(CONFLICT, "Could not " + call + ": " + message);
    }

    private static Outcome tooMany(Call call, Status status, String message, Optional<Duration> retryAfter) {
        String text = "Could not " + call + ": " + message;
        return isDisruptionBudget(status)
                ? new Failed(DISRUPTION_BUDGET, text, retryAfter.or(() -> Optional.of(UNTIL_A_POD_IS_BACK)))
                : new Failed(UNAVAILABLE, text, retryAfter);
    }

    /** A JSON patch whose test fails is said to be invalid like any other, but nobody says what is wrong with it. */
    private static boolean isFailedTest(Call call, Status status) {
        boolean unexplained = status.getDetails() == null || status.getDetails().getKind() == null;
        return call.verb().equals("patch") && "Invalid".equals(status.getReason()) && unexplained;
    }

    private static Outcome unprocessable(Call call, Status status, String message) {
        return isFailedTest(call, status)
                ? failed(CONFLICT, "Could not " + call + ": it is not as it was read any more")
                : failed(REFUSED_BY_ADMISSION, "The API server refused to " + call + ": " + message);
    }

    private static boolean isDisruptionBudget(Status status) {
        List<StatusCause> causes = Optional.ofNullable(status.getDetails())
                .map(StatusDetails::getCauses)
                .orElse(List.of());
        return causes.stream().anyMatch(cause -> "DisruptionBudget".equals(cause.getReason()));
    }

    private static Failed failed(Reason reason, String message) {
        return new Failed(reason, message);
    }

    private static String message(int code, Status status) {
        String text = Optional.ofNullable(status.getMessage()).orElse("no message");
        return code + " " + (text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) + "…" : text);
    }
}
