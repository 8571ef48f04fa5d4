package dev.falcoresponse.isolatenetwork;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.NeedsKubeApiServer;
import dev.falcoresponse.testing.ServiceAccountAccess;
import dev.falcoresponse.testing.ShippedRole;
import dev.falcoresponse.testing.ThisFunction;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The shipped Roles have nothing that is not needed; the other tests show that they are enough. */
@NeedsKubeApiServer
class PermissionsIT {
    @Test
    void everyRightOfTheRoleIsNeeded(KubeApiServer server) {
        KubeAccess access = ThisFunction.access(server);
        try (FunctionProcess function = ThisFunction.acting(access, Map.of())) {
            ShippedRole.in(ThisFunction.MANIFESTS.resolve("rbac.yaml"), server.client())
                    .forEach(role -> role.requireThatEverythingIsNeeded(function));
        }
    }

    @Test
    void everyRightOfTheAddressScopeIsNeeded(KubeApiServer server) {
        KubeAccess access = ThisFunction.access(server);
        Path component = ThisFunction.MANIFESTS.resolveSibling("components").resolve("isolate-address/rbac.yaml");
        ServiceAccountAccess.apply(server.client(), component);
        try (FunctionProcess function = ThisFunction.acting(access, Map.of("ISOLATE_NETWORK_SCOPE", "address"))) {
            ShippedRole.in(component, server.client()).forEach(role -> role.requireThatEverythingIsNeeded(function));
        }
    }
}
