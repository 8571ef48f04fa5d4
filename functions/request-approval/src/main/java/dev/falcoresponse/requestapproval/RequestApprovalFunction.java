package dev.falcoresponse.requestapproval;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class RequestApprovalFunction {
    private final FunqyResponder responder;

    RequestApprovalFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(RequestApproval.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
