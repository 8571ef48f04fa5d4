package dev.falcoresponse.requestapproval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.event.ApprovedAlerts;
import dev.falcoresponse.http.HttpSender;
import dev.falcoresponse.record.RecordJson;
import dev.falcoresponse.record.ReplyAttributes;
import dev.falcoresponse.record.ResponseRecord;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Posts events to the broker. */
final class BrokerSink implements AutoCloseable {
    private static final JsonFormat FORMAT = new JsonFormat();

    /** An event that gets one of these will get it each time; another status may be a mistake of the address. */
    private static final Set<Integer> REFUSED = Set.of(400, 413, 415, 422);

    /** Where a SinkBinding mounts the token for a broker that wants one. */
    private static final Path TOKEN = Path.of("/oidc/token");

    private final HttpSender http;

    BrokerSink(URI address, Duration timeout) {
        this.http = new HttpSender("The broker", address, timeout, REFUSED::contains);
    }

    /**
     * Posts that a request was approved. Each repetition has the same id.
     *
     * @throws OutcomeException as failed when the broker did not take it
     */
    void approved(Request request, Decision decision) throws OutcomeException {
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
        post(event.withData("application/json", ApprovedAlerts.data(request.alertJson(), decision.by(), decision.at()))
                .build());
    }

    /**
     * Posts a record as its reply would have been sent.
     *
     * @throws OutcomeException as failed when the broker did not take it
     */
    void record(ResponseRecord record) throws OutcomeException {
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
        post(event.withData("application/json", RecordJson.write(record).getBytes(UTF_8))
                .build());
    }

    private void post(CloudEvent event) throws OutcomeException {
        HttpRequest.Builder request = http.request("")
                .header("Content-Type", JsonFormat.CONTENT_TYPE)
                .POST(BodyPublishers.ofByteArray(FORMAT.serialize(event)));
        token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        http.send(request.build());
    }

    private static Optional<String> token() throws OutcomeException {
        try {
            return Files.exists(TOKEN) ? Optional.of(Files.readString(TOKEN).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new OutcomeException(
                    Failed.retryable(Reason.UNAVAILABLE, "The token for the broker cannot be read: " + e.getMessage()));
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
