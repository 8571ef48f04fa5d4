package dev.falcoresponse.testing;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The packaged function of the current module, run with the ServiceAccount from its manifest. */
public final class ThisFunction {
    private static final Path HOME = Path.of("..", "..");

    public static final Path TARGET = Path.of(System.getProperty("function.dir", "target"));

    /** The folder under {@code knative} with the same name as the module. */
    public static final Path MANIFESTS =
            HOME.resolve("knative").resolve(Path.of("").toAbsolutePath().getFileName());

    private ThisFunction() {}

    /** Access with the permissions of this function's ServiceAccount. */
    public static KubeAccess access(KubeCluster server) {
        return ServiceAccountAccess.of(server, MANIFESTS.resolve("rbac.yaml"));
    }

    /** Access with the permissions of another function's ServiceAccount. */
    public static KubeAccess access(String name, KubeCluster server) {
        return ServiceAccountAccess.of(
                server, HOME.resolve("knative").resolve(name).resolve("rbac.yaml"));
    }

    /** Starts another function, which must be built before this one, with dry run off and without a budget. */
    public static FunctionProcess other(String name, KubeAccess kubernetes, Map<String, String> settings) {
        Path target = HOME.resolve("functions").resolve(name).resolve("target");
        return acting(target, kubernetes, settings);
    }

    /** The same with the ServiceAccount of that function. */
    public static FunctionProcess other(String name, KubeCluster server, Map<String, String> settings) {
        return other(name, access(name, server), settings);
    }

    /** Starts this function with these settings; unless they say otherwise, dry run is off and there is no budget. */
    public static FunctionProcess acting(KubeAccess kubernetes, Map<String, String> settings) {
        return acting(TARGET, kubernetes, settings);
    }

    private static FunctionProcess acting(Path target, KubeAccess kubernetes, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(FunctionProcess.ACTING);
        all.putAll(settings);
        return FunctionProcess.start(target, kubernetes, all);
    }
}
