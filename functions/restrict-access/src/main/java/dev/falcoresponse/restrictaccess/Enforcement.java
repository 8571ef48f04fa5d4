package dev.falcoresponse.restrictaccess;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.kubernetes.ApiClient.Attempt;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Polling;
import dev.falcoresponse.kubernetes.Resource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the API server refuses what the restrictions say. A second policy makes it name the version that its admission knows,
 * in a warning: after a restart it may know none for 30 seconds (github.com/kubernetes/kubernetes #124237). And the policy
 * itself must refuse a probe: for a second after its binding was created or changed, it does not. Both speak for the API server
 * that answers.
 */
record Enforcement(RestrictionsApi restrictions, ObjectApi objects) {
    private static final Resource BINDINGS =
            Resource.clusterScoped("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings");

    /** The name of the policy that refuses, and of its binding. */
    private static final String POLICY = "falco-response-restrict-access";

    private static final String PROVEN = "'" + POLICY + "' denied request: restrictions are in force";
    private static final Pattern SEEN =
            Pattern.compile("'falco-response-restrictions-seen'.*in force: (\\d{1,18})(?!\\d)");

    /** Usually it takes milliseconds. */
    private static final Duration WITHIN = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration RETRY = Duration.ofSeconds(5);

    static List<Permission> permissions() {
        return List.of(BINDINGS.permission("get").on(POLICY));
    }

    /**
     * Requires the binding that refuses.
     *
     * @throws OutcomeException as failed/not-yet-known when it is not there, or only warns
     */
    void requireBinding() throws OutcomeException {
        GenericKubernetesResource binding = objects.find(BINDINGS, "", POLICY, GenericKubernetesResource.class)
                .orElseThrow(() -> notInForce("There is no ValidatingAdmissionPolicyBinding " + POLICY));
        boolean denies =
                binding.get("spec", "validationActions") instanceof List<?> actions && actions.contains("Deny");
        // a binding for some objects only would let the others through
        if (!denies || binding.get("spec", "matchResources") != null) {
            throw notInForce(
                    "The ValidatingAdmissionPolicyBinding " + POLICY + " does not deny what the restrictions forbid");
        }
    }

    private static OutcomeException notInForce(String why) {
        return new OutcomeException(Failed.retryable(Reason.NOT_YET_KNOWN, why + ": no restriction is in force")
                .after(Optional.of(RETRY)));
    }

    /**
     * Requires that the API server applies a version of the restrictions, or a newer one.
     *
     * @param run a preview asks once, and an act for two seconds
     * @throws OutcomeException as failed/not-yet-known when it does not
     */
    void requireInForce(Restrictions written, Run run) throws OutcomeException {
        Optional<String> version = written.version();
        if (version.isPresent() && !isInForce(version.get(), run == Run.REAL ? WITHIN : Duration.ZERO)) {
            throw notInForce("The API server does not apply version " + version.get() + " of the restrictions yet");
        }
    }

    private boolean isInForce(String version, Duration within) throws OutcomeException {
        return Polling.until(within, PAUSE, () -> proves(restrictions.probe(), version), proven -> proven);
    }

    private static boolean proves(Attempt probe, String version) {
        return probe.refusal().contains(PROVEN) && isKnown(version, probe.warnings());
    }

    private static boolean isKnown(String version, List<String> warnings) {
        return warnings.stream()
                .map(SEEN::matcher)
                .filter(Matcher::find)
                .anyMatch(seen -> Long.parseLong(seen.group(1)) >= Long.parseLong(version));
    }
}
