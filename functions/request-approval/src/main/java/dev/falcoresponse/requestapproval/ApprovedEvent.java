package dev.falcoresponse.requestapproval;

import dev.falcoresponse.event.ApprovedAlerts;
import dev.falcoresponse.record.ReplyAttributes;
import java.util.HashMap;
import java.util.Map;

/** The event that says that a request was approved. Each repetition has the same id. */
record ApprovedEvent(Request request, Decision decision) {
    /** Attributes and extensions by name. */
    Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "id",
                request.uid() + "/approved",
                "source",
                "/falco-response/" + RequestApproval.NAME,
                "type",
                ApprovedAlerts.type(request.action()),
                "subject",
                ReplyAttributes.line(request.subject().reference().fullName()),
                "time",
                decision.at().toString(),
                ApprovedAlerts.REQUEST,
                request.uid(),
                "rule",
                ReplyAttributes.line(request.alert().rule())));
        if (!request.alert().priority().isEmpty()) {
            attributes.put("priority", ReplyAttributes.line(request.alert().priority()));
        }
        return attributes;
    }

    byte[] data() {
        return ApprovedAlerts.data(request.alertJson(), decision.by(), decision.at());
    }
}
