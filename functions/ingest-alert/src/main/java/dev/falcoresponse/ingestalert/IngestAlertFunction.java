package dev.falcoresponse.ingestalert;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.UnreadableException;
import dev.falcoresponse.http.FunqyResponder;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import org.jspecify.annotations.Nullable;

/** The function that Funqy calls. Its reply to the broker is the alert itself, byte for byte; a webhook gets none. */
public final class IngestAlertFunction {
    private final FunqyResponder responder;

    IngestAlertFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(IngestAlert.NAME)
    public @Nullable CloudEvent<RawValue> answer(CloudEvent<byte[]> event) throws UnreadableException {
        boolean ingested = responder.answer(event).data().outcome().equals("acted");
        ReceivedEvent received = FunqyResponder.received(event);
        return ingested && IngestReader.isFromKafka(received)
                ? FunqyResponder.builder(NamedAlert.attributes(IngestReader.alert(received)))
                        .build(new RawValue(new String(received.data(), UTF_8)))
                : null;
    }
}
