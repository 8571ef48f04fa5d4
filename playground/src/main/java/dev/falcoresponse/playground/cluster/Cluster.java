package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.ServiceAccountAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A cluster in which functions act. */
public interface Cluster extends AutoCloseable {
    /** A description for people. */
    String description();

    /** The context that a user must type before anything acts in it; empty for a cluster of the playground's own. */
    default String contextName() {
        return "";
    }

    /** A client that may read the cluster and prepare it. */
    KubernetesClient client();

    /**
     * Starts a function that acts in this cluster.
     *
     * @param target the function's build output
     * @param manifests the folder of the function's manifests, with its Role
     */
    FunctionProcess start(Path target, Path manifests, Map<String, String> settings);

    /** Applies what a function needs beside its Role: kinds, admission policies. */
    static void applyPolicies(KubernetesClient client, Path manifests) {
        Stream.of("crd.yaml", "fence.yaml", "policy.yaml")
                .map(manifests::resolve)
                .filter(Files::exists)
                .forEach(file -> ServiceAccountAccess.apply(client, file));
    }

    /** Does the work of the controllers that this cluster does not have. */
    default void reconcile() {}

    @Override
    void close();
}
