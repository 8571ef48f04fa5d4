package dev.falcoresponse.snapshotlogs;

import dev.falcoresponse.http.FunqyResponder;
import dev.falcoresponse.record.ResponseRecord;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. */
public final class SnapshotLogsFunction {
    private final FunqyResponder responder;

    SnapshotLogsFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(SnapshotLogs.NAME)
    public CloudEvent<ResponseRecord> answer(CloudEvent<byte[]> event) {
        return responder.answer(event);
    }
}
