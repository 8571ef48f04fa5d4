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
        if (System.getenv().containsKey("KUBERNETES_MASTER")) {
            throw new IllegalArgumentException(
                    "KUBERNETES_MASTER is set: what is shown and confirmed here is the kubeconfig context; unset it");
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
    public String name() {
        return context;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public FunctionProcess start(Path target, Path manifests, Map<String, String> settings) {
        // the function reads the kubeconfig for itself: it must be what was shown, and confirmed
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
            throw new IllegalArgumentException(
                    "The current kubeconfig context is no longer \"" + context
                            + "\", for which ./play was started; nothing is started in another: set it back, or start ./play anew");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
