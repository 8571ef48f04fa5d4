package dev.falcoresponse.requestapproval;

import dev.falcoresponse.action.ConflictException;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import dev.falcoresponse.security.StoredApprovals;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The requests for one action, and what was approved. */
record Requests(String action, OwnConfigMaps configMaps) {
    /** Longer than a broker keeps repeating a delivery. */
    private static final Duration APPROVALS_KEPT = Duration.ofHours(1);

    Optional<Request> find(String name) throws OutcomeException {
        return configMaps
                .find(name)
                .filter(found -> isRequest(found.getMetadata()))
                .map(Request::new);
    }

    Optional<OpenRequest> findOpen(String name) throws OutcomeException {
        return configMaps.findMetadata(name).filter(Requests::isRequest).map(OpenRequest::new);
    }

    private static boolean isRequest(ObjectMeta meta) {
        return meta.getLabels() != null && meta.getLabels().containsKey(Request.LABEL);
    }

    /**
     * Asks.
     *
     * @throws ConflictException when another alert of the rule about the object has asked at the same moment
     */
    OpenRequest create(Alert alert, Subject subject, Instant until, Run run) throws OutcomeException {
        ConfigMap created = configMaps.create(
                Request.name(action, alert.rule(), subject),
                Map.of(Request.LABEL, action),
                Map.of(OpenRequest.UNTIL, until.toString(), OpenRequest.EVENT_ID, alert.id()),
                Request.data(action, alert, subject, until),
                run);
        return new OpenRequest(created.getMetadata());
    }

    /** The names of those that are decided, or whose time is over. */
    List<String> due(Instant now) throws OutcomeException {
        return configMaps.listMetadata(Request.LABEL, action).stream()
                .map(OpenRequest::new)
                .filter(request -> request.isDue(now))
                .map(OpenRequest::name)
                .toList();
    }

    /** Stores that a request was approved, so that the action can look it up; it may be stored already. */
    void storeApproval(Request request, Decision decision) throws OutcomeException {
        Map<String, String> data = Map.of(
                StoredApprovals.ACTION, action,
                StoredApprovals.DIGEST, request.digest(),
                StoredApprovals.BY, decision.by(),
                StoredApprovals.AT, decision.at().toString());
        try {
            configMaps.create(
                    StoredApprovals.NAME + request.uid(), Map.of(StoredApprovals.LABEL, action), data, Run.REAL);
        } catch (ConflictException e) {
            // an attempt that crashed, or another replica, has stored it
        }
    }

    /** The events about these are no longer delivered. */
    void forgetOldApprovals(Instant now) throws OutcomeException {
        for (ObjectMeta approval : configMaps.listMetadata(StoredApprovals.LABEL, action)) {
            Instant created = Instant.parse(approval.getCreationTimestamp());
            if (created.plus(APPROVALS_KEPT).isBefore(now)) {
                configMaps.delete(approval, Run.REAL);
            }
        }
    }
}
