package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Cause;
import dev.falcoresponse.action.Change;
import dev.falcoresponse.action.Found;
import dev.falcoresponse.action.Outcome;
import dev.falcoresponse.action.Outcome.Denied;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.action.Reversible;
import dev.falcoresponse.action.Run;
import dev.falcoresponse.action.Target;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.event.Undo;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.Scope;
import dev.falcoresponse.kubernetes.ApiClient;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.PodApi;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.pods.Pods;
import dev.falcoresponse.settings.Namespaces;
import dev.falcoresponse.settings.Self;
import io.fabric8.kubernetes.api.model.Pod;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Isolates the pod that an alert is about from the network, or from the address that it talked to; and releases it. */
@Singleton
final class IsolateNetwork implements Reversible<Pod> {
    static final String NAME = "isolate-network";

    private static final Reason HOST_NETWORK = Reason.denied("host-network");

    private final Pods pods;
    private final IsolateNetworkSettings settings;
    private final DenyPolicies denyPolicies;
    private final Isolation isolation;
    private final ReleaseSteps release;
    private final ExpiredPods expired;
    private final OrphanedPolicies orphans;

    IsolateNetwork(
            Pods pods,
            ApiClient client,
            ObjectApi objects,
            PodApi podApi,
            IsolateNetworkSettings settings,
            Namespaces namespaces,
            Self self,
            InstantSource clock) {
        AllowedTraffic allowed = AllowedTraffic.of(settings);
        this.pods = pods;
        this.settings = settings;
        Policies policies = new Policies(objects, new PolicyApi(client));
        PodPatcher patcher = new PodPatcher(client, podApi);
        this.denyPolicies = new DenyPolicies(objects, settings.policyKind(), allowed);
        QuarantineMarks marks = new QuarantineMarks(patcher, settings.expiresAfter(), clock);
        this.isolation = switch (settings.scope()) {
            case POD ->
                new PodIsolation(
                        objects,
                        policies,
                        allowed,
                        settings.detach(),
                        marks,
                        denyPolicies,
                        Optional.of(new EnforcementProbe(allowed, self.namespace()))
                                .filter(_ -> settings.probe()));
            case ADDRESS -> new AddressIsolation(objects, podApi, policies, patcher, marks, namespaces.allowed());
        };
        this.release = new ReleaseSteps(policies, patcher, denyPolicies);
        this.expired = new ExpiredPods(objects, namespaces.allowed());
        this.orphans = new OrphanedPolicies(objects, policies);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Target<Pod> target() {
        return pods;
    }

    @Override
    public List<Reason> reasons() {
        return List.of(
                PodIsolation.ISOLATED,
                AddressIsolation.BLOCKED,
                ReleaseSteps.RELEASED,
                HOST_NETWORK,
                EnforcementProbe.NOT_ENFORCED);
    }

    @Override
    public Optional<Class<?>> settings() {
        return Optional.of(IsolateNetworkSettings.class);
    }

    @Override
    public Set<String> evidenceFrom() {
        return Set.of("snapshot-logs");
    }

    @Override
    public List<Permission> permissions() {
        List<Permission> permissions =
                new ArrayList<>(List.of(Resource.PODS.permission("list"), Resource.PODS.permission("patch")));
        DenyPolicies.plainPermissions().forEach(permissions::add);
        permissions.addAll(denyPolicies.permissions());
        permissions.add(NetworkPlugin.permission());
        if (settings.scope() == Scope.ADDRESS) {
            permissions.addAll(ClusterAddresses.permissions());
        } else if (settings.detach()) {
            permissions.add(Resource.SERVICES.permission("list"));
            Owner.resources().map(owner -> owner.permission("get")).forEach(permissions::add);
        }
        return permissions;
    }

    @Override
    public Optional<String> obstacle() throws OutcomeException {
        return denyPolicies.obstacle();
    }

    @Override
    public Optional<Outcome> refusal(Alert alert, Pod pod) throws OutcomeException {
        if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            return Optional.of(new Denied(
                    HOST_NETWORK,
                    "Pod " + Pods.name(pod) + " uses its node's network, where no policy can tell it from the node"));
        }
        return isolation.refusal(alert, pod);
    }

    @Override
    public String cooldownKey(Alert alert, Pod pod) {
        return isolation.cooldownKey(alert, pod);
    }

    @Override
    public Change act(Alert alert, Pod pod, Run run) throws OutcomeException {
        return isolation.make(alert, pod, run);
    }

    @Override
    public Found<Pod> find(Undo undo) throws OutcomeException {
        return pods.find(undo);
    }

    @Override
    public Change undo(Pod pod, Run run) throws OutcomeException {
        return release.release(pod, run);
    }

    @Override
    public Reason undone() {
        return ReleaseSteps.RELEASED;
    }

    @Override
    public List<Pod> expired(Instant now) throws OutcomeException {
        return expired.at(now);
    }

    @Override
    public boolean isMissing(Alert alert, Pod pod) throws OutcomeException {
        return isolation.isMissing(alert, pod);
    }

    @Override
    public Cause cause(Pod pod) {
        var annotations = Quarantine.annotations(pod);
        return new Cause(
                annotations.getOrDefault(Quarantine.RULE, ""),
                annotations.getOrDefault(Quarantine.EVENT_ID, ""),
                annotations.getOrDefault(Quarantine.EVENT_TIME, ""));
    }

    @Override
    public List<Adapted<Pod>> adapt(Instant now) throws OutcomeException {
        orphans.remove(now);
        return isolation.adapt();
    }
}
