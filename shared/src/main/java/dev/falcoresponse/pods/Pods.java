package dev.falcoresponse.pods;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.ResponseSettings;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Pods as a target: the pod that an alert names, proven to be the one. */
public final class Pods implements Target<Pod> {
    /** The kubelet's hash of a static pod's manifest: container runtimes know the pod by it, not by its mirror's uid. */
    public static final String CONFIG_HASH = "kubernetes.io/config.hash";

    /** Marks a pod as the API's view of a static pod. */
    static final String MIRROR = "kubernetes.io/config.mirror";

    private final PodApi api;
    private final AlertGuards alertGuards;
    private final PodGuards podGuards;
    private final PodIdentity identity;
    private final boolean onlyRunning;

    public Pods(PodApi api, ResponseSettings settings, Namespaces namespaces, Self self, InstantSource clock) {
        this(
                api,
                new AlertGuards(settings, namespaces, clock),
                new PodGuards(settings, self),
                new PodIdentity(settings.identity(), settings.eventDelay(), clock),
                false);
    }

    private Pods(PodApi api, AlertGuards alertGuards, PodGuards podGuards, PodIdentity identity, boolean onlyRunning) {
        this.api = api;
        this.alertGuards = alertGuards;
        this.podGuards = podGuards;
        this.identity = identity;
        this.onlyRunning = onlyRunning;
    }

    /** The same target for an action that has nothing to do about a terminating pod. */
    public Pods exceptTerminating() {
        return new Pods(api, alertGuards, podGuards, identity, true);
    }

    @Override
    public List<Guard<Alert>> alertGuards(Effect effect) {
        return List.of(
                alertGuards::host,
                alertGuards::noPod,
                alertGuards::stale,
                alertGuards::otherCluster,
                alertGuards::protectedNamespace);
    }

    @Override
    public Found<Pod> find(Alert alert, Effect effect, Read read) throws OutcomeException {
        Optional<Pod> pod = api.find(alert.pod().namespace(), alert.pod().name(), read);
        Found<Pod> found = pod.isEmpty() ? gone(alert.pod().toString()) : identity.prove(alert, pod.get(), effect);
        return found instanceof Missing<Pod> && read == Read.CACHED ? find(alert, effect, Read.QUORUM) : found;
    }

    /**
     * The pod that a request names.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    public Found<Pod> find(Undo undo) throws OutcomeException {
        String name = undo.namespace() + "/" + undo.name();
        if (!KubernetesNames.isNamespace(undo.namespace()) || !KubernetesNames.isName(undo.name())) {
            return new Missing<>(new Skipped(Reason.NO_POD, "The request names a pod that cannot exist in Kubernetes"));
        }
        Optional<Pod> pod = api.find(undo.namespace(), undo.name(), Read.QUORUM);
        if (pod.isEmpty()) {
            return gone(name);
        }
        return undo.uid().isEmpty() ? new Proven<>(pod.get(), Identity.NAME) : PodIdentity.byUid(undo.uid(), pod.get());
    }

    private static Found<Pod> gone(String name) {
        return new Missing<>(new Skipped(Reason.NOT_FOUND, "Pod " + name + " is gone"));
    }

    @Override
    public List<Guard<Pod>> guards(Effect effect) {
        return switch (effect) {
            case CHANGE ->
                Stream.concat(
                                onlyRunning ? Stream.of(PodGuards::terminating) : Stream.<Guard<Pod>>of(),
                                Stream.<Guard<Pod>>of(podGuards::exempt, podGuards::ownerKind, podGuards::self))
                        .toList();
            case READ -> List.of(podGuards::exempt);
            case UNDO -> List.of(podGuards::self);
            case NOTIFY -> List.of();
        };
    }

    @Override
    public List<Permission> permissions() {
        return List.of(Resource.PODS.permission("get"), Resource.EVENTS.permission("create"));
    }

    @Override
    public ObjectReference reference(Pod pod) {
        var meta = pod.getMetadata();
        return new ObjectReference(
                "v1",
                "Pod",
                meta.getNamespace(),
                meta.getName(),
                meta.getUid(),
                Optional.ofNullable(pod.getSpec()).map(PodSpec::getNodeName).orElse(""),
                owner(pod));
    }

    /** Kind and name of the controller, else of the first owner. */
    private static String owner(Pod pod) {
        return controller(pod)
                .or(() -> pod.getMetadata().getOwnerReferences().stream().findFirst())
                .map(owner -> owner.getKind() + "/" + owner.getName())
                .orElse("");
    }

    /** An object's reference to its controller. */
    public static Optional<OwnerReference> controller(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    /** Namespace and name. */
    public static String name(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }
}
