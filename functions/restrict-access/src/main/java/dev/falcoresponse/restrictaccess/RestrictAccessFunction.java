package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class RestrictAccessFunction {
    private final FunqyResponder responder;

    RestrictAccessFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(RestrictAccess.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
