package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.KubeApiServer;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.ServiceAccountAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Map;

/** A real kube-apiserver that runs on loopback; each function uses its own ServiceAccount and Role. */
public final class ApiServerCluster implements Cluster {
    private final KubeBinaries binaries;
    private final KubeApiServer server;

    /** Starts the server. */
    public ApiServerCluster(KubeBinaries binaries) {
        this.binaries = binaries;
        this.server = KubeApiServer.start(binaries);
    }

    @Override
    public String description() {
        return "a real kube-apiserver of its own (from " + binaries.folder() + ", without nodes)";
    }

    @Override
    public KubernetesClient client() {
        return server.client();
    }

    @Override
    public FunctionProcess start(Path target, Path manifests, Map<String, String> settings) {
        var access = ServiceAccountAccess.of(server, manifests.resolve("rbac.yaml"));
        Cluster.applyPolicies(client(), manifests);
        return FunctionProcess.start(target, access, settings);
    }

    @Override
    public void reconcile() {
        new ReplicaSetController(client()).reconcile();
    }

    @Override
    public void close() {
        server.close();
    }
}
