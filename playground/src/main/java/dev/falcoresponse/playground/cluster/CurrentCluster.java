package dev.falcoresponse.playground.cluster;

import dev.falcoresponse.testing.FunctionProcess;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.Map;

/** The cluster of the current kubeconfig context; functions act with the user's own permissions. */
public final class CurrentCluster implements Cluster {
    private final String context;
    private final KubernetesClient client;

    /**
     * Reads the kubeconfig without connecting to the cluster.
     *
     * @throws IllegalArgumentException when there is no current context
     */
    public CurrentCluster() {
        if (System.getenv().containsKey("KUBERNETES_MASTER")) {
            throw new IllegalArgumentException(
                    "KUBERNETES_MASTER is set, but ./play shows and confirms the kubeconfig context: unset it");
        }
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
    public String contextName() {
        return context;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public FunctionProcess start(Path target, Path manifests, Map<String, String> settings) {
        // the function reads the kubeconfig itself: it must still be the context that was shown and confirmed
        requireUnchanged();
        FunctionProcess function = FunctionProcess.start(target, settings);
        try {
            requireUnchanged();
            return function;
        } catch (RuntimeException e) {
            function.close();
            throw e;
        }
    }

    private void requireUnchanged() {
        Config now = Config.autoConfigure(null);
        boolean same = now.getCurrentContext() != null
                && now.getCurrentContext().getName().equals(context)
                && now.getMasterUrl().equals(client.getConfiguration().getMasterUrl());
        if (!same) {
            throw new IllegalArgumentException("The current kubeconfig context is no longer \"" + context
                    + "\", for which ./play was started. No function is started in another context: switch back, or"
                    + " restart ./play");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
