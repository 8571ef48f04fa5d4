package dev.falcoresponse.deletepod;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.ServiceAccountAccess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The packaged function, and the ServiceAccount that its manifest gives it. */
final class DeletePodProcess {
    static final Path TARGET = Path.of(System.getProperty("function.dir", "target"));
    static final Path MANIFESTS = Path.of("..", "..", "knative", "delete-pod");

    private DeletePodProcess() {}

    static KubeAccess access(KubeApiServer server) {
        return ServiceAccountAccess.of(server, MANIFESTS.resolve("rbac.yaml"));
    }

    /** Runs it with what the story sets, acting and without a budget unless that says otherwise. */
    static FunctionProcess acting(KubeAccess kubernetes, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("RESPONSE_DRY_RUN", "false", "RESPONSE_BUDGET", "unlimited"));
        all.putAll(settings);
        return FunctionProcess.start(TARGET, kubernetes, all);
    }
}
