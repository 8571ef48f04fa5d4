package dev.falcoresponse.testing;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A real kube-apiserver with etcd and RBAC, on loopback; without controllers, scheduler and nodes.
 *
 * <p>Fabric8's kube-api-test is not used: it listens on every interface, needs kubectl, and leaves its processes running
 * when the JVM is interrupted.
 */
public final class KubeApiServer implements KubeCluster, AutoCloseable {
    private final ChildProcess etcd;
    private final ChildProcess apiServer;
    private final KubeAccess admin;
    private final KubernetesClient client;

    private KubeApiServer(ChildProcess etcd, ChildProcess apiServer, KubeAccess admin, KubernetesClient client) {
        this.etcd = etcd;
        this.apiServer = apiServer;
        this.admin = admin;
        this.client = client;
    }

    /** Starts etcd and the API server, and waits until the API server is ready. */
    public static KubeApiServer start(KubeBinaries binaries) {
        return start(binaries, List.of());
    }

    /** The same with additional flags for the API server. */
    public static KubeApiServer start(KubeBinaries binaries, List<String> flags) {
        try {
            int etcdPort = ChildProcess.freePort();
            ChildProcess etcd = startEtcd(binaries, Files.createTempDirectory("etcd-"), etcdPort);
            etcd.await("etcd", () -> ChildProcess.listens(etcdPort));
            Path folder = Files.createTempDirectory("kube-apiserver-");
            String token = UUID.randomUUID().toString();
            int port = ChildProcess.freePort();
            ChildProcess apiServer = startApiServer(binaries, folder, etcdPort, port, token, flags);
            Path certificate = folder.resolve("certificates").resolve("apiserver.crt");
            // the API server writes the key after the certificate, which is then complete
            Path key = folder.resolve("certificates").resolve("apiserver.key");
            apiServer.await("the API server's certificate", () -> Files.exists(key));
            var admin = new KubeAccess("https://127.0.0.1:" + port, Files.readString(certificate), token);
            KubernetesClient client = admin.client();
            apiServer.await("the API server", () -> isReady(client));
            return new KubeApiServer(etcd, apiServer, admin, client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChildProcess startEtcd(KubeBinaries binaries, Path folder, int port) {
        String url = "http://127.0.0.1:" + port;
        return start(
                folder,
                binaries.etcd().toString(),
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--listen-peer-urls=http://127.0.0.1:0",
                "--unsafe-no-fsync");
    }

    private static ChildProcess startApiServer(
            KubeBinaries binaries, Path folder, int etcdPort, int port, String token, List<String> flags)
            throws IOException {
        Path tokens = Files.writeString(folder.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
        Path key = ServiceAccountKey.write(folder.resolve("service-accounts.pem"));
        List<String> command = new ArrayList<>(List.of(
                binaries.apiServer().toString(),
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + folder.resolve("certificates"),
                "--service-cluster-ip-range=10.0.0.0/24",
                "--allow-privileged",
                "--authorization-mode=RBAC",
                "--token-auth-file=" + tokens,
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                // this plugin needs default ServiceAccounts, which no controller creates here
                "--disable-admission-plugins=ServiceAccount"));
        command.addAll(flags);
        return ChildProcess.start(command, Map.of(), folder).killedAtExit();
    }

    private static ChildProcess start(Path folder, String... command) {
        return ChildProcess.start(List.of(command), Map.of(), folder).killedAtExit();
    }

    private static boolean isReady(KubernetesClient client) {
        try {
            return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    /** Access with administrator permissions. */
    public KubeAccess admin() {
        return admin;
    }

    @Override
    public KubeAccess withToken(String token) {
        return new KubeAccess(admin.url(), admin.certificate(), token);
    }

    /** Kills the API server and starts it again; the stored data remains. */
    public void restart() {
        apiServer.startAgain();
        apiServer.await("the restarted API server", () -> isReady(client));
    }

    /** Stops etcd with SIGSTOP. */
    public void freezeStore() {
        etcd.signal("STOP");
    }

    /** Resumes etcd with SIGCONT. */
    public void thawStore() {
        etcd.signal("CONT");
    }

    @Override
    public void close() {
        client.close();
        apiServer.close();
        etcd.close();
    }
}
