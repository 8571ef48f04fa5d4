package dev.falcoresponse.playground;

import dev.falcoresponse.testing.TestNodes;
import dev.falcoresponse.testing.TestPods;
import dev.falcoresponse.testing.TestWorkloads;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;

/** Creates what the demo alerts are about. */
record DemoObjects(KubernetesClient client) {
    /** A pod with a ReplicaSet, as a Deployment creates it. */
    Pod deployed(String namespace, String app, String hash, String suffix) {
        Map<String, String> labels = Map.of("app", app, "pod-template-hash", hash);
        ReplicaSet set = client.resource(TestWorkloads.replicaSet(namespace, app + "-" + hash, app, labels))
                .create();
        return TestPods.create(
                client,
                namespace,
                app + "-" + hash + "-" + suffix,
                pod -> TestPods.ownedBy(set)
                        .apply(pod)
                        .editMetadata()
                        .addToLabels(labels)
                        .endMetadata());
    }

    Pod pod(String namespace, String name, String apiVersion, String ownerKind, String owner) {
        return TestPods.create(client, namespace, name, TestPods.ownedBy(apiVersion, ownerKind, owner));
    }

    void node(String name) {
        createUnlessPresent(() -> TestNodes.create(client, TestNodes.ready(name)));
    }

    void namespace(String name) {
        createUnlessPresent(() -> client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create());
    }

    private static void createUnlessPresent(Runnable creation) {
        try {
            creation.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }
}
