package dev.falcoresponse.testing;

import java.util.concurrent.atomic.AtomicBoolean;

/** Starts one API server for all test classes of a JVM; it ends with the JVM. */
final class KubeApiServerExtension extends ClusterExtension<KubeApiServer> {
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    KubeApiServerExtension() {
        super(KubeApiServer.class, "a real kube-apiserver", KubeBinaries.HOW_TO_GET, WARNED);
    }

    @Override
    boolean isThere() {
        return KubeBinaries.find(System.getenv()).isPresent();
    }

    /** In a JVM that shares its classes with another one, each class is a test run of its own, but this is one server. */
    private static final class Shared {
        static final KubeApiServer SERVER =
                KubeApiServer.start(KubeBinaries.find(System.getenv()).orElseThrow());
    }

    @Override
    KubeApiServer cluster() {
        return Shared.SERVER;
    }
}
