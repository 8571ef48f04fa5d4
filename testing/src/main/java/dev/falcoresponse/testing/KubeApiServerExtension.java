package dev.falcoresponse.testing;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Starts one API server for all tests of a JVM, and another one for each class that needs its own. */
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
    boolean needsOwn(Class<?> tests) {
        return Optional.ofNullable(tests.getAnnotation(NeedsKubeApiServer.class))
                .map(NeedsKubeApiServer::own)
                .orElse(false);
    }

    @Override
    Optional<KubeApiServer> find() {
        return KubeBinaries.find(System.getenv()).map(KubeApiServer::start);
    }
}
