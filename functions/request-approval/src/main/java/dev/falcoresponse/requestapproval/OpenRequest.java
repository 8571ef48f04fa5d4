package dev.falcoresponse.requestapproval;

import dev.falcoresponse.event.Times;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the metadata of a request tell: the alert in it may be large. */
record OpenRequest(ObjectMeta meta) {
    static final String DECISION = "falco-response/decision";
    static final String DECIDED_BY = "falco-response/decided-by";

    /** RFC 3339. */
    static final String UNTIL = "falco-response/until";

    static final String EVENT_ID = "falco-response/event-id";

    private String annotation(String name) {
        return Optional.ofNullable(meta.getAnnotations()).orElse(Map.of()).getOrDefault(name, "");
    }

    String name() {
        return meta.getName();
    }

    /** Empty for one that was only tried. */
    String version() {
        return Optional.ofNullable(meta.getResourceVersion()).orElse("");
    }

    String eventId() {
        return annotation(EVENT_ID);
    }

    String until() {
        return annotation(UNTIL);
    }

    boolean isExpired(Instant now) {
        return Times.noted(until()).filter(until -> until.isAfter(now)).isEmpty();
    }

    /** Whether it can be ended: it is decided, or its time is over. */
    boolean isDue(Instant now) {
        return decision(now).isPresent() || isExpired(now);
    }

    /** @param now the time of a decision that the API server has noted no time for */
    Optional<Decision> decision(Instant now) {
        String decision = annotation(DECISION);
        String by = annotation(DECIDED_BY);
        return List.of("approve", "refuse").contains(decision) && !by.isEmpty()
                ? Optional.of(
                        new Decision(decision.equals("approve"), by, decidedAt().orElse(now)))
                : Optional.empty();
    }

    private Optional<Instant> decidedAt() {
        return meta.getManagedFields().stream()
                .filter(entry -> isDecision(entry.getFieldsV1()))
                .flatMap(entry -> Times.noted(entry.getTime()).stream())
                .findFirst();
    }

    private static boolean isDecision(@Nullable FieldsV1 fields) {
        return fields != null
                && fields.getAdditionalProperties().get("f:metadata") instanceof Map<?, ?> metadata
                && metadata.get("f:annotations") instanceof Map<?, ?> annotations
                && annotations.containsKey("f:" + DECISION);
    }
}
