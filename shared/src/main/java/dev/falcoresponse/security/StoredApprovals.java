package dev.falcoresponse.security;

import static dev.falcoresponse.action.Reason.FORBIDDEN;
import static dev.falcoresponse.action.Reason.NOT_ALLOWED;

import dev.falcoresponse.action.Approvals;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Rejected;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Approval;
import dev.falcoresponse.kubernetes.OwnConfigMaps;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks up approvals: immutable ConfigMaps in the function's own namespace, which admission lets only the function create that
 * asked. An event that has none was made up.
 *
 * @param action whose approvals they are
 */
public record StoredApprovals(String action, OwnConfigMaps configMaps) implements Approvals {
    /** The start of their names; the uid of the request follows. */
    public static final String NAME = "approved-";

    /** The label of each. */
    public static final String LABEL = "falco-response/approved";

    public static final String ACTION = "action";
    public static final String DIGEST = "digest";
    public static final String BY = "approvedBy";
    public static final String AT = "approvedAt";

    private static final Pattern UID = Pattern.compile("[0-9a-f-]{36}");

    @Override
    public Optional<Outcome> refusal(Alert alert) throws OutcomeException {
        return alert.approval().isEmpty() || isTrue(alert.approval().get())
                ? Optional.empty()
                : rejected("No request for this alert was approved by "
                        + alert.approval().get().by());
    }

    private boolean isTrue(Approval claimed) throws OutcomeException {
        Map<String, String> expected = Map.of(
                ACTION, action,
                DIGEST, claimed.digest(),
                BY, claimed.by(),
                AT, claimed.at().toString());
        return UID.matcher(claimed.request()).matches()
                && find(NAME + claimed.request())
                        .filter(StoredApprovals::isLabelled)
                        .map(ConfigMap::getData)
                        .filter(data -> data.entrySet().containsAll(expected.entrySet()))
                        .isPresent();
    }

    private static boolean isLabelled(ConfigMap found) {
        Map<String, String> labels = found.getMetadata().getLabels();
        return labels != null && labels.containsKey(LABEL);
    }

    /** A function that may not read approvals has none. */
    private Optional<ConfigMap> find(String name) throws OutcomeException {
        try {
            return configMaps.find(name);
        } catch (OutcomeException e) {
            if (e.outcome().reason().equals(FORBIDDEN)) {
                throw new OutcomeException(
                        new Rejected(403, NOT_ALLOWED, e.outcome().message()));
            }
            throw e;
        }
    }

    private static Optional<Outcome> rejected(String message) {
        return Optional.of(new Rejected(403, NOT_ALLOWED, message));
    }
}
