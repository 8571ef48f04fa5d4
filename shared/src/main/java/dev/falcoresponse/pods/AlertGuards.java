package dev.falcoresponse.pods;

import static dev.falcoresponse.action.Reason.HOST;
import static dev.falcoresponse.action.Reason.NO_POD;
import static dev.falcoresponse.action.Reason.OTHER_CLUSTER;
import static dev.falcoresponse.action.Reason.PROTECTED_NAMESPACE;
import static dev.falcoresponse.action.Reason.STALE;

import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Approval;
import dev.falcoresponse.event.FalcoAlerts;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.settings.Durations;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.stream.Stream;

/** Guards on alerts that need no call to the API server. Targets choose among them. */
public final class AlertGuards {
    private final ResponseSettings settings;
    private final Namespaces namespaces;
    private final InstantSource clock;

    public AlertGuards(ResponseSettings settings, Namespaces namespaces, InstantSource clock) {
        this.settings = settings;
        this.namespaces = namespaces;
        this.clock = clock;
    }

    /** The alert is about the node itself. */
    public Optional<Outcome> host(Alert alert) {
        PodReference pod = alert.pod();
        if (pod.isHost()) {
            return Skipped.when(true, HOST, "The alert is about the host itself");
        }
        boolean nothing = pod.isEmpty() && pod.containerId().isEmpty() && alert.isSyscall();
        return Skipped.when(nothing, HOST, "The alert names neither a pod nor a container: it is about the host");
    }

    /** The alert names no pod that could exist. */
    public Optional<Outcome> noPod(Alert alert) {
        PodReference pod = alert.pod();
        return Skipped.when(
                !pod.isValid(),
                NO_POD,
                pod.isEmpty() ? "The alert names no pod" : "The alert names a pod that cannot exist in Kubernetes");
    }

    /** The alert is too old; one from the future is not. */
    public Optional<Outcome> stale(Alert alert) {
        // an alert that a person has approved is as old as the approval
        Duration age = Duration.between(alert.approval().map(Approval::at).orElse(alert.time()), clock.instant());
        return Skipped.when(
                age.compareTo(settings.maxEventAge()) > 0,
                STALE,
                "The alert is of " + alert.time() + ", older than RESPONSE_MAX_EVENT_AGE "
                        + Durations.text(settings.maxEventAge()) + delay(alert));
    }

    /** How late the event reached the broker: then the node's clock may be behind. */
    private static String delay(Alert alert) {
        return arrival(alert)
                .map(arrival -> "; it reached the broker "
                        + Durations.text(Duration.ofSeconds(
                                Duration.between(alert.time(), arrival).toSeconds()))
                        + " after its own time"
                        + (arrival.isAfter(alert.time().plus(PodIdentity.CLOCK_DIFFERENCE))
                                ? ": if nothing delayed it, the clock of its node is behind"
                                : ""))
                .orElse("");
    }

    /** When the event reached the broker, as Knative tells. */
    static Optional<Instant> arrival(Alert alert) {
        try {
            return Optional.of(alert.event().attribute("knativearrivaltime"))
                    .filter(text -> !text.isEmpty())
                    .map(text -> OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The alert names another cluster than this one. */
    public Optional<Outcome> otherCluster(Alert alert) {
        Optional<String> own = settings.cluster();
        Optional<String> other = Stream.concat(
                        FalcoAlerts.CLUSTER.stream().map(name -> alert.fields().getOrDefault(name, "")),
                        Stream.of(alert.event().attribute("cluster")))
                .filter(name -> !name.isEmpty() && own.isPresent() && !name.equals(own.get()))
                .findFirst();
        return other.map(name -> new Denied(
                OTHER_CLUSTER,
                "The alert names the cluster \"" + name + "\", but RESPONSE_CLUSTER is " + own.orElse("")));
    }

    /** The pod's namespace is protected, or none of those to act in. */
    public Optional<Outcome> protectedNamespace(Alert alert) {
        return protectedNamespace(alert.pod().namespace());
    }

    /** A namespace is protected, or none of those to act in. */
    public Optional<Outcome> protectedNamespace(String namespace) {
        if (!namespaces.isAllowed(namespace)) {
            return denied("Namespace " + namespace + " is not among RESPONSE_NAMESPACES");
        }
        return namespaces.isProtected(namespace)
                ? denied("Namespace " + namespace + " is protected")
                : Optional.empty();
    }

    private static Optional<Outcome> denied(String message) {
        return Optional.of(new Denied(PROTECTED_NAMESPACE, message));
    }
}
