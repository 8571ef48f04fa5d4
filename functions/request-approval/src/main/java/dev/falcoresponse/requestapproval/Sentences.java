package dev.falcoresponse.requestapproval;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Texts;
import java.io.IOException;
import java.util.regex.Pattern;

/** What people are asked. */
final class Sentences {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern PLAIN = Pattern.compile("[\\w.:@+/=-]+");
    private static final int MAX_NAME = 100;
    private static final int MAX_SEEN = 300;

    private Sentences() {}

    /** What the action would do, after "to". */
    static String deed(String action, Subject subject) {
        return switch (action) {
            case "cordon-node" -> subject.kind().equals("Node") ? "cordon " + subject : "cordon the node of " + subject;
            case "delete-pod" -> "delete " + subject;
            case "isolate-network" -> "isolate " + subject + " from the network";
            case "restrict-access" -> "let " + subject + " read, but change nothing";
            case "snapshot-logs" -> "store the logs of " + subject;
            case "suspend-workload" -> "suspend the workload of " + subject;
            default -> "run " + action + " on " + subject;
        };
    }

    /** What Falco saw, in one line. */
    static String seen(Alert alert) {
        try {
            String output = JSON.readTree(alert.event().data()).path("output").asText("");
            return Texts.shortened(output.replaceAll("\\p{Cc}", " "), MAX_SEEN);
        } catch (IOException e) {
            return ""; // it has been read before
        }
    }

    /** A text of others, so that it cannot be taken for a part of the sentence around it. */
    static String quoted(String text) {
        return JsonNodeFactory.instance
                .textNode(Texts.shortened(text, MAX_NAME))
                .toString();
    }

    /** A name as it is when it cannot be misunderstood, else quoted. */
    static String name(String name) {
        return PLAIN.matcher(name).matches() ? Texts.shortened(name, MAX_NAME) : quoted(name);
    }
}
