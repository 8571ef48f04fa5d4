package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** An existing cluster with controllers and a node that runs pods; tests neither create nor delete it. */
public final class RealCluster implements KubeCluster {
    /** The environment variable that names its kubeconfig. */
    static final String VARIABLE = "REAL_CLUSTER_KUBECONFIG";

    /** Says how to provide a cluster. */
    static final String HOW_TO_GET =
            VARIABLE + " is not set: set it to the kubeconfig of a cluster that only you use, such as a"
                    + " kind cluster, with the image docker.io/lab/busybox:1 (any busybox) on its nodes";

    private final Config config;
    private final KubernetesClient client;

    private RealCluster(Config config) {
        this.config = config;
        this.client = new KubernetesClientBuilder().withConfig(config).build();
    }

    /** The cluster whose kubeconfig the environment names. */
    static Optional<RealCluster> find(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(VARIABLE))
                .filter(file -> !file.isBlank())
                .map(file -> Config.fromKubeconfig(Path.of(file).toFile()))
                .map(RealCluster::new);
    }

    /** Creates all resources in a YAML text. */
    public void create(String namespace, String yaml) {
        client.load(new ByteArrayInputStream(yaml.getBytes(UTF_8)))
                .inNamespace(namespace)
                .create();
    }

    /** Creates the Deployment "web" with one pod; the pod template must have the label app=web. */
    public void deploy(String namespace, String template) {
        create(namespace, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    %s""".formatted(template.indent(4).stripLeading()));
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public KubeAccess withToken(String token) {
        return new KubeAccess(config.getMasterUrl().replaceFirst("/$", ""), certificate(), token);
    }

    private String certificate() {
        if (config.getCaCertData() != null) {
            return new String(Base64.getDecoder().decode(config.getCaCertData()), UTF_8);
        }
        try {
            return Files.readString(Path.of(config.getCaCertFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
