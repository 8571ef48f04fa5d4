package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.event.Times;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What is remembered of a suspended workload: an immutable ConfigMap in the function's namespace, named by its uid. */
record Memory(ConfigMap slot) {
    static final String KIND = "kind";
    static final String NAMESPACE = "namespace";
    static final String NAME = "name";
    static final String UID = "uid";

    /** How many pods the workload wanted; absent for what is suspended by a flag. */
    static final String REPLICAS = "replicas";

    static final String RULE = "rule";
    static final String EVENT_ID = "eventId";

    /** RFC 3339, as the next one. */
    static final String EVENT_TIME = "eventTime";

    static final String EXPIRES_AT = "expiresAt";

    String get(String key) {
        return Optional.ofNullable(slot.getData()).orElse(Map.of()).getOrDefault(key, "");
    }

    int replicas() {
        String text = get(REPLICAS);
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 1;
    }

    Cause cause() {
        return new Cause(get(RULE), get(EVENT_ID), get(EVENT_TIME));
    }

    Optional<String> expiry() {
        return Optional.of(get(EXPIRES_AT)).filter(text -> !text.isEmpty());
    }

    Instant created() {
        return Instant.parse(slot.getMetadata().getCreationTimestamp());
    }

    boolean isExpired(Instant now) {
        return Times.hasCome(get(EXPIRES_AT), now);
    }
}
