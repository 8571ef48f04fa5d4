package dev.falcoresponse.testing;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Provides the cluster that the environment names. */
final class RealClusterExtension extends ClusterExtension<RealCluster> {
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    RealClusterExtension() {
        super(RealCluster.class, "a cluster with controllers and a node", RealCluster.HOW_TO_GET, WARNED);
    }

    @Override
    boolean isThere() {
        return !System.getenv().getOrDefault(RealCluster.VARIABLE, "").isBlank();
    }

    private static final class Shared {
        static final RealCluster CLUSTER = RealCluster.find(System.getenv()).orElseThrow();
    }

    @Override
    RealCluster cluster(ExtensionContext context) {
        return Shared.CLUSTER;
    }
}
