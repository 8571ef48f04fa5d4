package dev.falcoresponse.guard;

import static dev.falcoresponse.Reason.EXEMPT;
import static dev.falcoresponse.Reason.HOST;
import static dev.falcoresponse.Reason.NO_POD;
import static dev.falcoresponse.Reason.OWNER_KIND;
import static dev.falcoresponse.Reason.PRIORITY;
import static dev.falcoresponse.Reason.PROTECTED_NAMESPACE;
import static dev.falcoresponse.Reason.RULE;
import static dev.falcoresponse.Reason.SELF;
import static dev.falcoresponse.Reason.STALE;
import static dev.falcoresponse.Reason.TERMINATING;

import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Denied;
import dev.falcoresponse.Outcome.Skipped;
import dev.falcoresponse.PodAction.Effect;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.PodReference;
import dev.falcoresponse.settings.Self;
import dev.falcoresponse.settings.SettingReader;
import dev.falcoresponse.settings.Settings;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All guards, in the order in which they are asked. */
public final class Guardrails {
    /** The kubelet's mark on the mirror of a static pod, which its Node owns. */
    private static final String MIRROR = "kubernetes.io/config.mirror";

    private final Settings settings;
    private final Self self;
    private final InstantSource clock;

    public Guardrails(Settings settings, Self self, InstantSource clock) {
        this.settings = settings;
        this.self = self;
        this.clock = clock;
    }

    /** Those that need only the event, and so no call to the API server. */
    public List<Guardrail<Alert>> onEvent(Effect effect) {
        return switch (effect) {
            case CHANGE, READ ->
                List.of(this::rule, this::priority, this::host, this::noPod, this::stale, this::protectedNamespace);
            case UNDO -> List.of(this::host, this::noPod, this::protectedNamespace);
        };
    }

    /** Those for an event that nothing is done to a pod for. */
    public List<Guardrail<Alert>> onEvent() {
        return List.of(this::rule, this::priority);
    }

    /** Those that look at the pod. */
    public List<Guardrail<Pod>> onPod(Effect effect) {
        return switch (effect) {
            case CHANGE, UNDO -> List.of(this::terminating, this::exempt, this::ownerKind, this::self);
            case READ -> List.of(this::exempt, this::ownerKind);
        };
    }

    private Optional<Outcome> rule(Alert alert) {
        boolean wanted = settings.rules().isEmpty() || settings.rules().contains(alert.rule());
        return denied(!wanted, RULE, "Rule \"" + alert.rule() + "\" is not among RESPONSE_RULES");
    }

    private Optional<Outcome> priority(Alert alert) {
        boolean low = alert.rank().compareTo(settings.minPriority()) < 0;
        return denied(
                low,
                PRIORITY,
                "Priority " + alert.rank().text() + " is below RESPONSE_MIN_PRIORITY "
                        + settings.minPriority().text());
    }

    private Optional<Outcome> host(Alert alert) {
        boolean podless = alert.pod().isEmpty() && alert.fromSyscalls();
        return skipped(
                alert.pod().onHost() || podless,
                HOST,
                alert.pod().onHost()
                        ? "The alert is about the host itself"
                        : "The alert names no pod: it is about the host, or Falco did not know the pod");
    }

    private Optional<Outcome> noPod(Alert alert) {
        PodReference pod = alert.pod();
        return skipped(
                !pod.isName(),
                NO_POD,
                pod.isEmpty() ? "The alert names no pod" : "The alert names no pod that Kubernetes could have");
    }

    private Optional<Outcome> stale(Alert alert) {
        Duration age = Duration.between(alert.time(), clock.instant());
        return skipped(
                age.compareTo(settings.maxEventAge()) > 0,
                STALE,
                "The alert is of " + alert.time() + ", older than RESPONSE_MAX_EVENT_AGE "
                        + SettingReader.text(settings.maxEventAge()));
    }

    private Optional<Outcome> protectedNamespace(Alert alert) {
        String namespace = alert.pod().namespace();
        if (!settings.namespaces().isEmpty() && !settings.namespaces().contains(namespace)) {
            return denied(true, PROTECTED_NAMESPACE, "Namespace " + namespace + " is not among RESPONSE_NAMESPACES");
        }
        boolean isProtected = settings.protectedNamespaces().matches(namespace);
        return denied(isProtected, PROTECTED_NAMESPACE, "Namespace " + namespace + " is protected");
    }

    private Optional<Outcome> terminating(Pod pod) {
        boolean leaving = pod.getMetadata().getDeletionTimestamp() != null;
        return skipped(leaving, TERMINATING, "Pod " + name(pod) + " is being deleted already");
    }

    private Optional<Outcome> exempt(Pod pod) {
        Map<String, String> labels =
                Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        boolean exempt = "true".equals(labels.get(settings.exemptLabel()));
        return denied(exempt, EXEMPT, "Pod " + name(pod) + " has the label " + settings.exemptLabel() + "=true");
    }

    private Optional<Outcome> ownerKind(Pod pod) {
        return ownerKinds(pod.getMetadata())
                .filter(settings.deniedOwnerKinds()::contains)
                .findFirst()
                .flatMap(kind -> denied(
                        true,
                        OWNER_KIND,
                        "Pod " + name(pod) + " belongs to a " + kind + ", one of RESPONSE_DENIED_OWNER_KINDS"));
    }

    private static Stream<String> ownerKinds(ObjectMeta meta) {
        Stream<String> owners = meta.getOwnerReferences().stream().map(OwnerReference::getKind);
        boolean mirror = meta.getAnnotations() != null && meta.getAnnotations().containsKey(MIRROR);
        return mirror ? Stream.concat(owners, Stream.of("Node")) : owners;
    }

    private Optional<Outcome> self(Pod pod) {
        boolean same =
                self.is(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        return denied(same, SELF, "Pod " + name(pod) + " is this function's own");
    }

    private static Optional<Outcome> denied(boolean applies, Reason reason, String message) {
        return applies ? Optional.of(new Denied(reason, message)) : Optional.empty();
    }

    private static Optional<Outcome> skipped(boolean applies, Reason reason, String message) {
        return applies ? Optional.of(new Skipped(reason, message)) : Optional.empty();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }
}
