package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class IsolateNetworkFunction {
    private final FunqyResponder responder;

    IsolateNetworkFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(IsolateNetwork.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
