package dev.falcoresponse.http;

import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.pipeline.EventResponder;
import dev.falcoresponse.record.ReplyAttributes;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventBuilder;
import jakarta.inject.Singleton;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Answers the CloudEvent that Funqy has bound; Funqy writes the one that is returned. */
@Singleton
public final class FunqyResponder {
    private final EventResponder responder;

    FunqyResponder(EventResponder responder) {
        this.responder = responder;
    }

    /** What every function does. */
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return reply(responder.answer(received(event)));
    }

    /** An event as Funqy has bound it. */
    public static ReceivedEvent received(CloudEvent<byte[]> event) {
        Map<String, String> attributes = new HashMap<>();
        event.extensions().forEach((name, value) -> attributes.put(name, HeaderText.decode(value)));
        attributes.put("id", HeaderText.decode(event.id()));
        attributes.put("type", HeaderText.decode(event.type()));
        attributes.put("source", HeaderText.decode(event.source()));
        Optional.ofNullable(event.time())
                .ifPresent(time -> attributes.put("time", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time)));
        Optional.ofNullable(event.subject())
                .ifPresent(subject -> attributes.put("subject", HeaderText.decode(subject)));
        return new ReceivedEvent(attributes, event.data());
    }

    private static CloudEvent<ResponseRecord> reply(ResponseRecord record) {
        return builder(ReplyAttributes.of(record)).build(record);
    }

    /** An event for Funqy to write; its attributes by name, in lower case. */
    public static CloudEventBuilder builder(Map<String, String> given) {
        Map<String, String> attributes = new HashMap<>();
        given.forEach((name, value) -> attributes.put(name, HeaderText.encode(value)));
        CloudEventBuilder builder = CloudEventBuilder.create()
                .specVersion("1.0")
                .id(attributes.remove("id"))
                .source(attributes.remove("source"))
                .type(attributes.remove("type"));
        Optional.ofNullable(attributes.remove("subject")).ifPresent(builder::subject);
        // the time too: Funqy leaves the seconds out of a time on the full minute, which is no RFC 3339
        return builder.extensions(attributes);
    }
}
