package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.FunctionProcess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Map;

/** A cluster that functions act in. */
public interface Cluster extends AutoCloseable {
    /** What it is, for people. */
    String description();

    /** The context that one has to name before anything acts in it; empty for a cluster that is nobody's. */
    default String name() {
        return "";
    }

    /** A client that may look at it and prepare it. */
    KubernetesClient client();

    /**
     * Starts a function that acts in it.
     *
     * @param target the function's build output
     * @param manifests the function's folder of manifests, with what it may do
     */
    FunctionProcess start(Path target, Path manifests, Map<String, String> settings);

    /** Lets the controllers do their work where there are none; a cluster that has its own needs no help. */
    default void settle() {}

    @Override
    void close();
}
