package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.FunctionProcess;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.Map;

/** The cluster of the current kubeconfig context; functions act with the user's own rights. */
public final class CurrentCluster implements Cluster {
    private final String context;
    private final KubernetesClient client;

    /**
     * Finds the context, and asks nothing yet.
     *
     * @throws IllegalArgumentException when there is none
     */
    public CurrentCluster() {
        Config config = Config.autoConfigure(null);
        if (config.getCurrentContext() == null) {
            throw new IllegalArgumentException("There is no current kubeconfig context: set one with \"kubectl config"
                    + " use-context\", or KUBECONFIG to a file that has one");
        }
        this.context = config.getCurrentContext().getName();
        config.setRequestRetryBackoffLimit(0);
        this.client = new KubernetesClientBuilder().withConfig(config).build();
    }

    @Override
    public String description() {
        return "the current kubeconfig context \"" + context + "\" at "
                + client.getConfiguration().getMasterUrl();
    }

    @Override
    public String name() {
        return context;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public FunctionProcess start(Path target, Path manifests, Map<String, String> settings) {
        return FunctionProcess.start(target, settings);
    }

    @Override
    public void close() {
        client.close();
    }
}
