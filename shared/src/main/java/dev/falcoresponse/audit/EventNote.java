package dev.falcoresponse.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.record.ResponseRecord;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** The Kubernetes Event that tells an object what was done about it. */
final class EventNote {
    /** The API's limit. */
    private static final int MAX_NOTE_BYTES = 1024;

    private static final DateTimeFormatter MICRO_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

    private EventNote() {}

    static Event of(ResponseRecord record, ObjectReference about, Self self) {
        boolean warning = record.outcome().equals("acted") || record.outcome().equals("failed");
        // an Event about an object without a namespace lives in "default", as the kubelet's about its node do
        String namespace = about.namespace().isEmpty() ? "default" : about.namespace();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name(about.name()))
                .endMetadata()
                .withEventTime(new MicroTime(
                        MICRO_TIME.format(Instant.parse(record.finishedAt()).atOffset(ZoneOffset.UTC))))
                .withReportingController("falco-response/" + record.action())
                .withReportingInstance(cut(self.pod().isEmpty() ? record.action() : self.pod(), 128))
                .withAction(record.action())
                .withReason(record.reason())
                .withNote(note(record))
                .withType(warning ? "Warning" : "Normal")
                .withNewRegarding()
                .withApiVersion(about.apiVersion())
                .withKind(about.kind())
                .withNamespace(about.namespace())
                .withName(about.name())
                .withUid(about.uid())
                .endRegarding()
                .build();
    }

    /** As Kubernetes' own recorders name them: the object, a dot, something unique. */
    private static String name(String object) {
        return cut(object, 200).replaceAll("[^a-z0-9]+$", "") + "."
                + UUID.randomUUID().toString().replace("-", "");
    }

    private static String note(ResponseRecord record) {
        String rule = record.rule().map(name -> " (Falco rule: " + name + ")").orElse("");
        ByteBuffer bytes = ByteBuffer.allocate(MAX_NOTE_BYTES);
        // the encoder stops before the first character that does not fit
        UTF_8.newEncoder().encode(CharBuffer.wrap(record.outcome() + ": " + record.message() + rule), bytes, true);
        return UTF_8.decode(bytes.flip()).toString();
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }
}
