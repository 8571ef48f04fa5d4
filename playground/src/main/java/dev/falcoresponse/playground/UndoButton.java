package dev.falcoresponse.playground;

import static dev.falcoresponse.playground.PageContent.required;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/** The request to undo that a button of the page asks for. */
final class UndoButton {
    private UndoButton() {}

    static SentAlert read(JsonNode request, boolean preview) {
        Instant now = Instant.now();
        if (request.has("node")) {
            return RequestEvents.undoCordon(required(request, "node"), preview, now);
        }
        if (request.path("restricted").asBoolean()) {
            return RequestEvents.undoRestriction(
                    required(request, "kind"),
                    request.path("namespace").asText(),
                    required(request, "name"),
                    request.path("uid").asText(),
                    preview,
                    now);
        }
        String namespace = required(request, "namespace");
        return request.has("kind")
                ? RequestEvents.undoSuspension(
                        required(request, "kind"), namespace, required(request, "name"), preview, now)
                : RequestEvents.undoIsolation(namespace, required(request, "pod"), preview, now);
    }
}
