package dev.falcoresponse.testing;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Starts one API server for all test classes of a JVM, except for those that need one of their own; it ends with the JVM. */
final class KubeApiServerExtension extends ClusterExtension<KubeApiServer> {
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    KubeApiServerExtension() {
        super(KubeApiServer.class, "a real kube-apiserver", KubeBinaries.HOW_TO_GET, WARNED);
    }

    @Override
    boolean isThere() {
        return KubeBinaries.find(System.getenv()).isPresent();
    }

    private static KubeApiServer start() {
        return KubeApiServer.start(KubeBinaries.find(System.getenv()).orElseThrow());
    }

    /** In a JVM that shares its classes with another one, each class is a test run of its own, but this is one server. */
    private static final class Shared {
        static final KubeApiServer SERVER = start();
    }

    @Override
    KubeApiServer cluster(ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        return test.getAnnotation(NeedsKubeApiServer.class).own()
                ? context.getRoot()
                        .getStore(Namespace.create(KubeApiServer.class))
                        .computeIfAbsent(test, _ -> start(), KubeApiServer.class)
                : Shared.SERVER;
    }
}
