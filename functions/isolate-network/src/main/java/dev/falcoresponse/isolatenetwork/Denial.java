package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.Outcome.Failed;
import dev.falcoresponse.Reason;
import dev.falcoresponse.kubernetes.ApiException;
import dev.falcoresponse.kubernetes.ApiServer;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.kubernetes.Resource;
import dev.falcoresponse.quarantine.Policies;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kind of policy whose denial beats every permission, as far as one is wanted and the cluster knows it. */
final class Denial {
    private final ApiServer api;
    private final IsolateNetworkSettings settings;

    Denial(ApiServer api, IsolateNetworkSettings settings) {
        this.api = api;
        this.settings = settings;
    }

    /** Those that would do, the preferred one first. */
    private List<DenyPolicy> wanted() {
        return switch (settings.policyKind()) {
            case KUBERNETES -> List.of();
            case CILIUM -> List.of(new CiliumDeny(settings));
            case CALICO -> List.of(new CalicoDeny(settings));
            case ADMIN -> List.of(new AdminDeny(settings, false), new AdminDeny(settings, true));
        };
    }

    /**
     * The one to use; empty when none is wanted.
     *
     * @throws ApiException as failed, also when the cluster knows none of those that would do
     */
    Optional<DenyPolicy> policy() throws ApiException {
        Optional<DenyPolicy> served = served();
        if (served.isEmpty() && !wanted().isEmpty()) {
            throw new ApiException(new Failed(Reason.UNAVAILABLE, "The cluster " + missing()));
        }
        return served;
    }

    private Optional<DenyPolicy> served() throws ApiException {
        for (DenyPolicy each : wanted()) {
            if (api.serves(each.kind())) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** What is wrong with the cluster, as the rest of a sentence; empty when nothing is. */
    Optional<String> obstacle() throws ApiException {
        return wanted().isEmpty() || served().isPresent() ? Optional.empty() : Optional.of(missing());
    }

    private String missing() {
        return "knows no "
                + String.join(
                        " and no ",
                        wanted().stream().map(each -> each.kind().text()).toList())
                + ": ISOLATE_NETWORK_POLICY_KIND needs their CustomResourceDefinition";
    }

    List<Permission> permissions() {
        return wanted().stream().map(DenyPolicy::kind).flatMap(Denial::all).toList();
    }

    private static Stream<Permission> all(Resource kind) {
        return Stream.of("get", "create", "patch", "delete").map(kind::may);
    }

    /** The plain policies, which every kind needs. */
    static Stream<Permission> plain() {
        return Stream.of("get", "list", "create", "patch", "delete").map(Policies.NETWORK_POLICIES::may);
    }
}
