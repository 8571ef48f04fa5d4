package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class SuspendWorkloadFunction {
    private final FunqyResponder responder;

    SuspendWorkloadFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(SuspendWorkload.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
