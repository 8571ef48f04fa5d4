package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.UUID;

/** A cluster that functions act in, as one who may do everything. */
public interface KubeCluster {
    /** A client that may do everything. */
    KubernetesClient client();

    /** The same server for whoever has another token. */
    KubeAccess withToken(String token);

    /** A new namespace with a name of its own. */
    default String newNamespace() {
        String name = "test-" + UUID.randomUUID().toString().substring(0, 8);
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return name;
    }
}
