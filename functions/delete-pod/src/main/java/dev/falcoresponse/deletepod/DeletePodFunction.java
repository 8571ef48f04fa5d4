package dev.falcoresponse.deletepod;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class DeletePodFunction {
    private final FunqyResponder responder;

    DeletePodFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(DeletePod.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
