package dev.falcoresponse.requestapproval;

import dev.falcoresponse.event.Alert;
import java.util.Map;

/**
 * The question whether an action may act, with the command that answers it.
 *
 * @param namespace the function's own, where requests are
 */
record Question(String action, String namespace) {
    /** What people read. */
    String text(Alert alert, Subject subject, OpenRequest open) {
        return Sentences.deed(action, subject) + ", because of " + Sentences.quoted(alert.rule())
                + ". To approve until " + open.until() + ": " + command(open, "approve");
    }

    /** What programs read. */
    Map<String, Object> details(Alert alert, OpenRequest open) {
        return Map.of(
                "for", action,
                "request", open.name(),
                "until", open.until(),
                "command", command(open, "approve"),
                "refuse", command(open, "refuse"),
                "seen", Sentences.seen(alert));
    }

    /** The version binds the command to this question: another one about the same object may have the same name later. */
    private String command(OpenRequest open, String decision) {
        return "kubectl -n " + namespace + " annotate cm " + open.name() + " " + OpenRequest.DECISION + "="
                + decision + " " + OpenRequest.DECIDED_BY
                + "=\"$(kubectl auth whoami -o jsonpath='{.status.userInfo.username}')\""
                + (open.version().isEmpty() ? "" : " --resource-version=" + open.version());
    }
}
