package dev.falcoresponse.testing;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The packaged function of the module whose tests run, and the ServiceAccount that its manifest gives it. */
public final class ThisFunction {
    private static final Path HOME = Path.of("..", "..");

    public static final Path TARGET = Path.of(System.getProperty("function.dir", "target"));

    /** Its folder under {@code knative}, which has the same name as the module's. */
    public static final Path MANIFESTS =
            HOME.resolve("knative").resolve(Path.of("").toAbsolutePath().getFileName());

    private ThisFunction() {}

    /** What its own ServiceAccount may do, and nothing else. */
    public static KubeAccess access(KubeCluster server) {
        return ServiceAccountAccess.of(server, MANIFESTS.resolve("rbac.yaml"));
    }

    /** What another function's ServiceAccount may do. */
    public static KubeAccess access(String name, KubeCluster server) {
        return ServiceAccountAccess.of(
                server, HOME.resolve("knative").resolve(name).resolve("rbac.yaml"));
    }

    /** Another function, which has been built before this one: what it does is where a story begins. */
    public static FunctionProcess other(String name, KubeAccess kubernetes, Map<String, String> settings) {
        Path target = HOME.resolve("functions").resolve(name).resolve("target");
        return acting(target, kubernetes, settings);
    }

    /** The same with its own ServiceAccount. */
    public static FunctionProcess other(String name, KubeCluster server, Map<String, String> settings) {
        return other(name, access(name, server), settings);
    }

    /** Runs it with what the story sets, acting and without a budget unless that says otherwise. */
    public static FunctionProcess acting(KubeAccess kubernetes, Map<String, String> settings) {
        return acting(TARGET, kubernetes, settings);
    }

    private static FunctionProcess acting(Path target, KubeAccess kubernetes, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(FunctionProcess.ACTING);
        all.putAll(settings);
        return FunctionProcess.start(target, kubernetes, all);
    }
}
