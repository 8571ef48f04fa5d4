package dev.falcoresponse.testing;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Starts one API server for a run of tests: where forked JVMs share the classes, each class is a run of its own. */
final class KubeApiServerExtension extends ClusterExtension<KubeApiServer> {
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    KubeApiServerExtension() {
        super(KubeApiServer.class, "a real kube-apiserver", KubeBinaries.HOW_TO_GET, WARNED);
    }

    @Override
    boolean isThere() {
        return KubeBinaries.find(System.getenv()).isPresent();
    }

    @Override
    Optional<KubeApiServer> find() {
        return KubeBinaries.find(System.getenv()).map(KubeApiServer::start);
    }
}
