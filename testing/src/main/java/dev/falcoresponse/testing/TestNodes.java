package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Nodes as a kubelet would report them. */
public final class TestNodes {
    private TestNodes() {}

    /** Creates a node with its status, which the API server takes only separately. */
    public static Node create(KubernetesClient client, Node node) {
        Node created = client.resource(node).create();
        return client.resource(
                        new NodeBuilder(created).withStatus(node.getStatus()).build())
                .updateStatus();
    }

    /** A worker to which pods can be scheduled. */
    public static Node ready(String name) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
    }
}
