package dev.falcoresponse.cordonnode;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class CordonNodeFunction {
    private final FunqyResponder responder;

    CordonNodeFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(CordonNode.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
