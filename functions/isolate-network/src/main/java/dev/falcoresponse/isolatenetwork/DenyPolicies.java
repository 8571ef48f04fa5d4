package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Permission;
import dev.falcoresponse.action.Reason;
import dev.falcoresponse.isolatenetwork.IsolateNetworkSettings.PolicyKind;
import dev.falcoresponse.kubernetes.ObjectApi;
import dev.falcoresponse.kubernetes.Resource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kind of policy that overrides what others allow, if one is set and the cluster serves it. */
final class DenyPolicies {
    private final ObjectApi api;
    private final PolicyKind kind;
    private final AllowedTraffic allowed;

    DenyPolicies(ObjectApi api, PolicyKind kind, AllowedTraffic allowed) {
        this.api = api;
        this.kind = kind;
        this.allowed = allowed;
    }

    /** The possible ones, the preferred one first. */
    private List<DenyPolicy> wanted() {
        return switch (kind) {
            case KUBERNETES -> List.of();
            case CILIUM -> List.of(new CiliumDeny(allowed));
            case CALICO -> List.of(new CalicoDeny(allowed));
            case ADMIN -> List.of(new AdminDeny(allowed, false), new AdminDeny(allowed, true));
        };
    }

    /**
     * The one to use; empty when none is set.
     *
     * @throws OutcomeException as failed, also when the cluster serves none of those that are set
     */
    Optional<DenyPolicy> policy() throws OutcomeException {
        Optional<DenyPolicy> served = served();
        if (served.isEmpty() && !wanted().isEmpty()) {
            throw new OutcomeException(Failed.retryable(Reason.UNAVAILABLE, "The cluster " + missing()));
        }
        return served;
    }

    private Optional<DenyPolicy> served() throws OutcomeException {
        for (DenyPolicy each : wanted()) {
            if (api.serves(each.kind())) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** What the cluster lacks, as the rest of a sentence. */
    Optional<String> obstacle() throws OutcomeException {
        return wanted().isEmpty() || served().isPresent() ? Optional.empty() : Optional.of(missing());
    }

    private String missing() {
        return "serves no "
                + String.join(
                        " and no ",
                        wanted().stream().map(each -> each.kind().text()).toList())
                + ": ISOLATE_NETWORK_POLICY_KIND needs their CustomResourceDefinition";
    }

    /** The kinds that are set. */
    List<Resource> kinds() {
        return wanted().stream().map(DenyPolicy::kind).toList();
    }

    List<Permission> permissions() {
        return kinds().stream().flatMap(DenyPolicies::all).toList();
    }

    private static Stream<Permission> all(Resource kind) {
        return Stream.of("get", "create", "patch", "delete").map(kind::permission);
    }

    /** Permissions for the plain policies, which every kind needs. */
    static Stream<Permission> plainPermissions() {
        return Stream.of("get", "list", "create", "patch", "delete").map(Policies.NETWORK_POLICIES::permission);
    }
}
