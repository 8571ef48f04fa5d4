package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A mock Kubernetes API in this process, for machines without kube-apiserver. */
public final class EmbeddedCluster implements Cluster {
    private final KubernetesMockServer server;
    private final KubeAccess access;
    private final KubernetesClient client;

    private EmbeddedCluster(KubernetesMockServer server) {
        this.server = server;
        this.access = new KubeAccess("http://127.0.0.1:" + server.getPort(), "", "embedded");
        this.client = access.client();
    }

    /** Starts the mock on loopback. */
    public static EmbeddedCluster start() {
        KubernetesMockServer server = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new StrictCrudDispatcher(), false);
        server.init(InetAddress.getLoopbackAddress(), 0);
        return new EmbeddedCluster(server);
    }

    @Override
    public String description() {
        return "an embedded Kubernetes API (no RBAC, no admission; for a real one put etcd and kube-apiserver into the"
                + " folder that KUBEBUILDER_ASSETS names)";
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public FunctionProcess start(Path target, Path manifests, Map<String, String> settings) {
        Cluster.applyPolicies(client(), manifests);
        return FunctionProcess.start(target, access, settings);
    }

    @Override
    public void reconcile() {
        new ReplicaSetController(client()).reconcile();
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
