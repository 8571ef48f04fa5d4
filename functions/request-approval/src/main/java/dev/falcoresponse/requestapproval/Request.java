package dev.falcoresponse.requestapproval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.ApprovedAlerts;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.event.ReceivedEvent;
import dev.falcoresponse.event.Times;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request that waits for a decision: an immutable ConfigMap, on which people write their decision as an annotation. */
record Request(ConfigMap object) {
    /** The label of each, with the action as its value. */
    static final String LABEL = "falco-response/request";

    private static final String ALERT = "alert";
    private static final String DIGEST = "digest";
    private static final String ACTION = "action";

    /** Kind and name together, for people. */
    private static final String TARGET = "target";

    private static final String KIND = "kind";
    private static final String NAMESPACE = "namespace";
    private static final String NAME = "name";
    private static final String UID = "uid";
    private static final String RULE = "rule";
    private static final String PRIORITY = "priority";
    private static final String SOURCE = "source";
    private static final String EVENT_ID = "eventId";

    /** RFC 3339, as the next one. */
    private static final String EVENT_TIME = "eventTime";

    private static final String UNTIL = "until";

    /** For people: what would be done, after "to". */
    private static final String QUESTION = "question";

    /** The same for all alerts of one rule about one object: while a request is open, they join it. */
    static String name(String action, String rule, Subject subject) {
        String key =
                String.join("\n", action, rule, subject.kind(), subject.namespace(), subject.name(), subject.uid());
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
            return "ask-" + HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, String> data(String action, Alert alert, Subject subject, Instant until) {
        String text = ApprovedAlerts.text(alert.event().data());
        Map<String, String> data = new HashMap<>();
        data.put(ALERT, text);
        data.put(DIGEST, ApprovedAlerts.digest(text.getBytes(UTF_8)));
        data.put(ACTION, action);
        data.put(TARGET, subject.reference().toString());
        data.put(KIND, subject.kind());
        data.put(NAMESPACE, subject.namespace());
        data.put(NAME, subject.name());
        data.put(UID, subject.uid());
        data.put(RULE, alert.rule());
        data.put(PRIORITY, alert.priority());
        data.put(SOURCE, alert.source());
        data.put(EVENT_ID, alert.id());
        data.put(EVENT_TIME, alert.time().toString());
        data.put(UNTIL, until.toString());
        data.put(QUESTION, Sentences.deed(action, subject));
        return data;
    }

    private String get(String key) {
        return Optional.ofNullable(object.getData()).orElse(Map.of()).getOrDefault(key, "");
    }

    OpenRequest open() {
        return new OpenRequest(object.getMetadata());
    }

    String uid() {
        return object.getMetadata().getUid();
    }

    String action() {
        return get(ACTION);
    }

    String digest() {
        return get(DIGEST);
    }

    String alertJson() {
        return get(ALERT);
    }

    Subject subject() {
        return new Subject(get(KIND), get(NAMESPACE), get(NAME), get(UID));
    }

    /** As far as records need it. */
    Alert alert() {
        boolean isPod = get(KIND).equals("Pod");
        return new Alert(
                get(EVENT_ID),
                Times.noted(get(EVENT_TIME)).orElse(Instant.EPOCH),
                get(RULE),
                get(PRIORITY),
                get(SOURCE),
                "",
                List.of(),
                isPod ? new PodReference(get(NAMESPACE), get(NAME), get(UID), "", "", "") : PodReference.NONE,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                new ReceivedEvent(Map.of(), new byte[0]),
                Optional.empty());
    }
}
