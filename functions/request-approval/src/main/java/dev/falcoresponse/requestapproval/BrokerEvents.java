package dev.falcoresponse.requestapproval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.event.ApprovedAlerts;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ReplyAttributes;
import dev.falcoresponse.record.ResponseRecord;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;

/** The events that the function posts to the broker. */
final class BrokerEvents {
    private BrokerEvents() {}

    /** A request was approved. Each repetition has the same id. */
    static CloudEvent approved(Request request, Decision decision) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(request.uid() + "/approved")
                .withSource(URI.create("/falco-response/" + RequestApproval.NAME))
                .withType(ApprovedAlerts.type(request.action()))
                .withSubject(ReplyAttributes.line(request.subject().reference().fullName()))
                .withTime(decision.at().atOffset(ZoneOffset.UTC))
                .withExtension(ApprovedAlerts.REQUEST, request.uid())
                .withExtension("rule", ReplyAttributes.line(request.alert().rule()));
        if (!request.alert().priority().isEmpty()) {
            event.withExtension("priority", ReplyAttributes.line(request.alert().priority()));
        }
        return event.withData(
                        "application/json", ApprovedAlerts.data(request.alertJson(), decision.by(), decision.at()))
                .build();
    }

    /** A record as its reply would have been sent. */
    static CloudEvent of(ResponseRecord record) {
        Map<String, String> attributes = ReplyAttributes.of(record);
        CloudEventBuilder event = CloudEventBuilder.v1();
        attributes.forEach((name, value) -> {
            switch (name) {
                case "id" -> event.withId(value);
                case "source" -> event.withSource(URI.create(value));
                case "type" -> event.withType(value);
                case "subject" -> event.withSubject(value);
                case "time" -> event.withTime(OffsetDateTime.parse(value));
                default -> event.withExtension(name, value);
            }
        });
        return event.withData("application/json", RecordJson.write(record).getBytes(UTF_8))
                .build();
    }
}
