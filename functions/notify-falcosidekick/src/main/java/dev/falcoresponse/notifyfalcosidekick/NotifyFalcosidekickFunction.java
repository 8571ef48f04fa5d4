package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.http.FunqyResponder;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;

/** The function that Funqy calls. Nobody wants its reply: it answers 204. */
public final class NotifyFalcosidekickFunction {
    private final FunqyResponder responder;

    NotifyFalcosidekickFunction(FunqyResponder responder) {
        this.responder = responder;
    }

    @Funq(NotifyFalcosidekick.NAME)
    public void answer(CloudEvent<byte[]> event) {
        responder.answer(event);
    }
}
