package dev.falcoresponse.suspendworkload;

import dev.falcoresponse.action.Effect;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Found.Missing;
import dev.falcoresponse.action.Found.Proven;
import dev.falcoresponse.action.Guard;
import dev.falcoresponse.action.Identity;
import dev.falcoresponse.action.ObjectReference;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.Outcome.Skipped;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Read;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.KubernetesNames;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.Proof;
import dev.falcoresponse.settings.ResponseSettings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Workloads as a target: the root controller of the pod that the alert is about. */
record Workloads(WorkloadApi api, ObjectApi objects, Pods pods, ResponseSettings settings) implements Target<Workload> {
    static final Reason KIND = Reason.denied("kind");

    /** What is said of a pod that another action has removed. */
    private static final Set<Reason> GONE = Set.of(Reason.NOT_FOUND, Reason.REPLACED);

    private static final Resource REPLICA_SETS = Resource.namespaced("apps", "v1", "replicasets");

    /** Controllers that are no root: their own controller, if any, is asked for. */
    private static final Map<String, Resource> BETWEEN =
            Map.of("ReplicaSet", REPLICA_SETS, "Job", WorkloadKind.JOB.resource());

    /** What may control a pod: whoever may create pods can claim any controller, and a Deployment never has pods of its own. */
    private static final Set<String> OF_PODS = Set.of("ReplicaSet", "StatefulSet", "Job");

    /** A controller as its pod names it. */
    private record Controller(String apiVersion, String kind, String name, String uid) {
        static Controller of(OwnerReference reference) {
            return new Controller(
                    reference.getApiVersion(), reference.getKind(), reference.getName(), reference.getUid());
        }

        /** Kinds of other APIs may have the same name; a record may not tell the API. */
        boolean isOf(Resource resource) {
            return apiVersion.isEmpty() || apiVersion.equals(resource.apiVersion());
        }
    }

    @Override
    public List<Guard<Alert>> alertGuards(Effect effect) {
        return pods.alertGuards(effect);
    }

    @Override
    public Found<Workload> find(Alert alert, Effect effect, Read read) throws OutcomeException {
        return switch (pods.find(alert, effect, read)) {
            case Missing<Pod> missing -> {
                Optional<ChainedWorkload> chained =
                        GONE.contains(missing.outcome().reason()) ? ChainedWorkload.of(alert) : Optional.empty();
                yield chained.isPresent()
                        ? chained(alert.pod().namespace(), chained.get())
                        : new Missing<>(missing.outcome());
            }
            case Proven<Pod> proven -> ofPod(proven.object(), proven.identity(), effect);
        };
    }

    private Found<Workload> chained(String namespace, ChainedWorkload chained) throws OutcomeException {
        if (!chained.proven() && settings.identity() == Proof.PROVEN) {
            return new Missing<>(new Denied(
                    Reason.UNPROVEN,
                    "The pod of " + chained.kind() + " " + chained.name() + " was not proven to be the one"));
        }
        if (settings.deniedOwnerKinds().orElse(List.of()).contains(chained.kind())) {
            return new Missing<>(
                    new Denied(Reason.OWNER_KIND, chained.kind() + " is one of RESPONSE_DENIED_OWNER_KINDS"));
        }
        return root(
                namespace,
                new Controller(chained.apiVersion(), chained.kind(), chained.name(), chained.uid()),
                Identity.UID);
    }

    private Found<Workload> ofPod(Pod pod, Identity identity, Effect effect) throws OutcomeException {
        Optional<Outcome> refused = Guard.first(pods.guards(effect), pod);
        if (refused.isPresent()) {
            return new Missing<>(refused.get());
        }
        Optional<Controller> controller = controller(pod);
        return controller.isEmpty()
                ? denied("Pod " + Pods.name(pod) + " has no controller that could be suspended")
                : ofPod(pod.getMetadata().getNamespace(), controller.get(), identity);
    }

    private Found<Workload> ofPod(String namespace, Controller controller, Identity identity) throws OutcomeException {
        return OF_PODS.contains(controller.kind())
                ? root(namespace, controller, identity)
                : denied(controller.kind() + " " + namespace + "/" + controller.name() + " cannot be suspended");
    }

    private static Optional<Controller> controller(HasMetadata object) {
        return Pods.controller(object).map(Controller::of);
    }

    private Found<Workload> root(String namespace, Controller controller, Identity identity) throws OutcomeException {
        Optional<Resource> between =
                Optional.ofNullable(BETWEEN.get(controller.kind())).filter(controller::isOf);
        if (between.isPresent()) {
            Optional<GenericKubernetesResource> object =
                    objects.find(between.get(), namespace, controller.name(), GenericKubernetesResource.class);
            Optional<Found<Workload>> gone = unless(controller, namespace, object);
            if (gone.isPresent()) {
                return gone.get();
            }
            Optional<Controller> above = object.flatMap(Workloads::controller);
            if (above.isPresent()) {
                return root(namespace, above.get(), identity);
            }
        }
        Optional<WorkloadKind> kind =
                WorkloadKind.named(controller.kind()).filter(each -> controller.isOf(each.resource()));
        if (kind.isEmpty()) {
            return denied(controller.kind() + " " + namespace + "/" + controller.name() + " cannot be suspended");
        }
        Optional<Workload> workload = api.find(kind.get(), namespace, controller.name());
        return unless(controller, namespace, workload.map(Workload::object))
                .orElseGet(() -> new Proven<>(workload.orElseThrow(), identity));
    }

    /** Why this object is not the controller that the pod named. */
    private static Optional<Found<Workload>> unless(
            Controller controller, String namespace, Optional<? extends HasMetadata> object) {
        String name = controller.kind() + " " + namespace + "/" + controller.name();
        if (object.isEmpty()) {
            return Optional.of(new Missing<>(new Skipped(Reason.NOT_FOUND, name + " is gone")));
        }
        return object.get().getMetadata().getUid().equals(controller.uid())
                ? Optional.empty()
                : Optional.of(new Missing<>(new Skipped(
                        Reason.REPLACED, name + " was replaced by another of its name, which is left alone")));
    }

    private static Found<Workload> denied(String message) {
        return new Missing<>(new Denied(KIND, message));
    }

    /**
     * The workload that a request names.
     *
     * @throws OutcomeException when the API server could not be asked
     */
    Found<Workload> find(Undo undo) throws OutcomeException {
        String name = undo.kind() + " " + undo.namespace() + "/" + undo.name();
        Optional<WorkloadKind> kind = WorkloadKind.named(undo.kind());
        if (kind.isEmpty() || !KubernetesNames.isNamespace(undo.namespace()) || !KubernetesNames.isName(undo.name())) {
            return new Missing<>(new Skipped(
                    Reason.NOT_FOUND,
                    "The request must name kind (Deployment, StatefulSet, CronJob, Job), namespace and name"));
        }
        Optional<Workload> workload = api.find(kind.get(), undo.namespace(), undo.name());
        if (workload.isEmpty()) {
            return new Missing<>(new Skipped(Reason.NOT_FOUND, name + " is gone"));
        }
        return undo.uid().isEmpty() || undo.uid().equals(workload.get().uid())
                ? new Proven<>(workload.get(), undo.uid().isEmpty() ? Identity.NAME : Identity.UID)
                : new Missing<>(new Skipped(Reason.REPLACED, name + " has another uid than the request"));
    }

    @Override
    public List<Guard<Workload>> guards(Effect effect) {
        return switch (effect) {
            case CHANGE -> List.of(this::exempt);
            case READ, UNDO, NOTIFY -> List.of();
        };
    }

    private Optional<Outcome> exempt(Workload workload) {
        return Denied.when(
                "true".equals(workload.labels().get(settings.exemptLabel())),
                Reason.EXEMPT,
                workload + " has the label " + settings.exemptLabel() + "=true");
    }

    @Override
    public List<Permission> permissions() {
        return Stream.concat(pods.permissions().stream(), Stream.of(REPLICA_SETS.permission("get")))
                .toList();
    }

    @Override
    public ObjectReference reference(Workload workload) {
        return new ObjectReference(
                workload.kind().resource().apiVersion(),
                workload.kind().text(),
                workload.namespace(),
                workload.name(),
                workload.uid());
    }
}
