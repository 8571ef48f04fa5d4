package dev.falcoresponse.testing;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.UUID;

/** A cluster for tests, with administrator access. */
public interface KubeCluster {
    /** A client with administrator permissions. */
    KubernetesClient client();

    /** Access to the same API server with another token. */
    KubeAccess withToken(String token);

    /** Creates a namespace with a unique name, and returns the name. */
    default String newNamespace() {
        String name = "test-" + UUID.randomUUID().toString().substring(0, 8);
        createNamespace(name);
        return name;
    }

    /** Creates a namespace. */
    default void createNamespace(String name) {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }
}
